import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { printable } from './mac.ts';
import { fail, ok, type Result } from './problem.ts';

export type Family = 'ipv4' | 'ipv6';
export const families: readonly Family[] = ['ipv4', 'ipv6'];

/** An IPv4 or IPv6 address in its canonical text (RFC 5952 for IPv6), without prefix length or zone. */
export type Address = string & { readonly brand: 'Address' };

/** `address/length` with the host bits zero, canonical text, e.g. `10.0.0.0/24`. */
export type Prefix = string & { readonly brand: 'Prefix' };

/** Bits in an address of the family: 32 or 128, which is also the length of a host prefix. */
export const addressBits: Readonly<Record<Family, number>> = { ipv4: 32, ipv6: 128 };

/**
 * Reads one address. `node:net` decides what an address is: ipaddr.js alone takes `010.0.0.1` as octal
 * and `10.1` as `10.0.0.1`. Errors: `bad-address`.
 */
export function parseAddress(text: string, place: string, family?: Family): Result<Address> {
  const version = isIP(text);
  const found: Family = version === 6 ? 'ipv6' : 'ipv4';
  if (version === 0 || text.includes('%') || (family !== undefined && family !== found)) {
    return fail('bad-address', place, `"${printable(text)}" is not an ${familyName(family)} address`);
  }
  return ok(ipaddr.parse(text).toString() as Address);
}

/** Reads `address/length`; host bits are cleared, so `10.0.0.20/24` gives `10.0.0.0/24`. Errors: `bad-prefix`. */
export function parsePrefix(text: string, place: string, family?: Family): Result<Prefix> {
  const [base = '', length = '', ...rest] = text.split('/');
  const address = parseAddress(base, place, family);
  if (!address.ok || rest.length > 0 || !/^\d{1,3}$/.test(length)) {
    return fail(
      'bad-prefix',
      place,
      `"${printable(text)}" is not an ${familyName(family)} prefix`,
      'expected e.g. 10.0.0.0/24',
    );
  }
  if (Number(length) > addressBits[familyOf(address.value)]) {
    return fail('bad-prefix', place, `"${printable(text)}" has a prefix length that does not exist`);
  }
  return ok(prefixOf(address.value, Number(length)));
}

/** Reads a dotted mask such as `255.255.255.0` and gives its length. Errors: `bad-prefix` for holes and non-masks. */
export function parseNetmask(text: string, place: string): Result<number> {
  const length = isIP(text) === 0 ? null : ipaddr.parse(text).prefixLengthFromSubnetMask();
  return length === null
    ? fail('bad-prefix', place, `"${printable(text)}" is not a network mask`)
    : ok(length);
}

export function familyOf(value: Address | Prefix): Family {
  return value.includes(':') ? 'ipv6' : 'ipv4';
}

/** The network of that length around an address. */
export function prefixOf(address: Address, length: number): Prefix {
  const bits = ipaddr
    .parse(address)
    .toByteArray()
    .map((byte, index) => byte & maskByte(length, index));
  return `${ipaddr.fromByteArray(bits).toString()}/${length}` as Prefix;
}

/** The prefix that holds only this address: /32 or /128. */
export function hostPrefix(address: Address): Prefix {
  return `${address}/${addressBits[familyOf(address)]}` as Prefix;
}

export function splitPrefix(prefix: Prefix): { readonly base: Address; readonly length: number } {
  const slash = prefix.indexOf('/');
  return { base: prefix.slice(0, slash) as Address, length: Number(prefix.slice(slash + 1)) };
}

/** True when `inner` lies wholly within `outer`. Prefixes of different families never contain each other. */
export function contains(outer: Prefix, inner: Prefix | Address): boolean {
  const wide = splitPrefix(outer);
  const narrow = inner.includes('/')
    ? splitPrefix(inner as Prefix)
    : splitPrefix(hostPrefix(inner as Address));
  if (familyOf(wide.base) !== familyOf(narrow.base) || narrow.length < wide.length) return false;
  return prefixOf(narrow.base, wide.length) === outer;
}

export function overlaps(one: Prefix, other: Prefix): boolean {
  return contains(one, other) || contains(other, one);
}

/**
 * An address of the prefix that is none of `taken` and in none of the prefixes `apart`: something to ask the kernel a route for.
 * Undefined when the prefix is a single address or none of the first 64 hosts will do.
 */
export function someHost(
  prefix: Prefix,
  taken: ReadonlySet<string>,
  apart: readonly Prefix[] = [],
): Address | undefined {
  const { base, length } = splitPrefix(prefix);
  const size = addressBits[familyOf(base)] - length;
  if (size < 2) return undefined;
  const bytes = ipaddr.parse(base).toByteArray();
  const last = bytes.length - 1;
  for (let host = 1; host < Math.min(64, 2 ** size - 1); host++) {
    const candidate = ipaddr
      .fromByteArray(bytes.map((byte, index) => (index === last ? byte | host : byte)))
      .toString();
    const isApart = apart.some((other) => contains(other, candidate as Address));
    if (!taken.has(candidate) && !isApart) return candidate as Address;
  }
  return undefined;
}

function maskByte(length: number, index: number): number {
  const bits = Math.min(8, Math.max(0, length - index * 8));
  return (0xff << (8 - bits)) & 0xff;
}

function familyName(family: Family | undefined): string {
  return family === undefined ? 'IP' : family === 'ipv4' ? 'IPv4' : 'IPv6';
}
