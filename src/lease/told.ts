import { type Address, parseAddress } from '../model/address.ts';
import type { Lease } from '../model/lease.ts';
import { type Mac, parseMac } from '../model/mac.ts';

/** A lease in the words of a file. Undefined: not said. */
export interface Told {
  readonly address: string | undefined;
  /** Option 3, several separated by blanks or commas. */
  readonly routers: string | undefined;
  /** Option 1, dotted. */
  readonly mask?: string | undefined;
  /** Option 121 as destinations and gateways in turn; see {@link import('./option-121.ts')}. */
  readonly classless: readonly ClasslessRoute[] | undefined;
  /** Option 61, hexadecimal bytes with or without colons: `01` and a MAC (RFC 2132, section 9.14), or anything else. */
  readonly clientId: string | undefined;
}

export interface ClasslessRoute {
  /** `0.0.0.0/0` for the default. */
  readonly destination: string;
  readonly gateway: string;
}

/**
 * Reads what was told. Null where the address is none, or a router that was named is none: half a lease is not known.
 * A gateway of 0.0.0.0, or the leased address itself, is no gateway.
 */
export function leaseFrom({ address, routers, mask, classless, clientId }: Told): Lease | null {
  const own = ipv4(address);
  if (own === null) return null;
  const [first] = (routers ?? '').split(/[ ,]+/).filter((word) => word !== '');
  const named = classless?.find((route) => route.destination === '0.0.0.0/0')?.gateway ?? first;
  const gateway = named === undefined ? null : ipv4(named);
  if (named !== undefined && gateway === null) return null;
  const isGateway = gateway !== '0.0.0.0' && gateway !== own;
  return {
    address: own,
    gateway: isGateway ? gateway : null,
    prefixLength: lengthOf(mask),
    mac: macOf(clientId),
  };
}

function ipv4(text: string | undefined): Address | null {
  const read = parseAddress(text ?? '', '', 'ipv4');
  return read.ok ? read.value : null;
}

/** Bits of a mask; null for none, and for one that has a hole. */
function lengthOf(mask: string | undefined): number | null {
  const read = ipv4(mask);
  if (read === null) return null;
  const bits = read
    .split('.')
    .map((byte) => Number(byte).toString(2).padStart(8, '0'))
    .join('');
  return /^1*0*$/.test(bits) ? bits.replaceAll('0', '').length : null;
}

function macOf(clientId: string | undefined): Mac | null {
  const [, mac = ''] = /^0?1:?((?:[0-9a-f]{1,2}:?){6})$/i.exec(clientId ?? '') ?? [];
  const read = parseMac(mac.replace(/(?<=^|:)([0-9a-f])(?=:|$)/gi, '0$1'), '');
  return read.ok ? read.value : null;
}

/** `0.0.0.0/0,10.0.1.253` or `0.0.0.0/0 10.0.1.253`, several in a row, as clients print option 121. */
export function routesInText(text: string | undefined): readonly ClasslessRoute[] | undefined {
  if (text === undefined) return undefined;
  const words = text.split(/[ ,]+/).filter((word) => word !== '');
  const routes: ClasslessRoute[] = [];
  for (let at = 0; at + 1 < words.length; at += 2) {
    routes.push({ destination: words[at] ?? '', gateway: words[at + 1] ?? '' });
  }
  return routes;
}
