import { parseMac } from '../model/mac.ts';
import { routesInBytes } from './option-121.ts';
import type { LeaseSource } from './source.ts';
import { leaseFrom } from './told.ts';

/** Where things stand in a BOOTP message (RFC 951, section 3; RFC 2131, section 2), in bytes. */
const yourAddress = 16;
const hardware = 28;
const cookie = 236;
const magic = [99, 130, 83, 99];

/**
 * dhcpcd: the server's last message as it came (dhcpcd(8), FILES). /var/lib/dhcpcd/eth1.lease; dhcpcd 6 to 8
 * dhcpcd-eth1.lease, 5 and 6 on Debian in /var/lib/dhcpcd5.
 */
export const dhcpcd: LeaseSource = {
  directories: ['/var/lib/dhcpcd', '/var/lib/dhcpcd5'],
  isOf: (name, link) => name === `${link.name}.lease` || name === `dhcpcd-${link.name}.lease`,
  parse(bytes) {
    const options = optionsIn(bytes);
    if (options === null) return null;
    const classless = routesInBytes(options.get(121) ?? []);
    if (classless === null) return null;
    const routers = options.get(3)?.slice(0, 4).join('.');
    const lease = leaseFrom({
      address: bytes.slice(yourAddress, yourAddress + 4).join('.'),
      routers,
      mask: options.get(1)?.join('.'),
      classless,
      clientId: undefined,
    });
    const mac = parseMac(Buffer.from(bytes.slice(hardware, hardware + 6)).toString('hex'), '');
    return lease === null || !mac.ok ? null : { ...lease, mac: mac.value };
  },
};

/** Options by number; one that comes in several parts is put together (RFC 3396). Null where the end is missing. */
function optionsIn(bytes: Uint8Array): ReadonlyMap<number, readonly number[]> | null {
  if (magic.some((byte, index) => bytes[cookie + index] !== byte)) return null;
  const found = new Map<number, readonly number[]>();
  let at = cookie + magic.length;
  while (at < bytes.length) {
    const code = bytes[at] ?? 0;
    if (code === 255) return found;
    const length = bytes[at + 1] ?? 0;
    if (code !== 0) found.set(code, [...(found.get(code) ?? []), ...bytes.slice(at + 2, at + 2 + length)]);
    at += code === 0 ? 1 : 2 + length;
  }
  return null;
}
