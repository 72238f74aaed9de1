import ipaddr from 'ipaddr.js';
import {
  type Address,
  contains,
  type Family,
  familyOf,
  type Prefix,
  splitPrefix,
} from '../../model/address.ts';
import type { InstanceFamily } from '../../model/instance.ts';

/**
 * Ranges (the names are those of ipaddr.js) that no interface of a server has an address of, nor a gateway. `ipv4Mapped`
 * (RFC 4291, 2.5.5.2) stands for an IPv4 address inside one host and is never on a wire.
 */
const neverAnAddress = new Set([
  'unspecified',
  'loopback',
  'multicast',
  'broadcast',
  'ipv4Mapped',
  'discard',
]);

/** The deprecated IPv4-compatible addresses (RFC 4291, 2.5.5.1). */
const compatible = '::/96' as Prefix;

/** The widest subnet that is believed: VPCs go up to /8 (Alibaba Cloud, "Create a VPC"), IPv6 allocations to /32. */
const widestSubnet: Readonly<Record<Family, number>> = { ipv4: 8, ipv6: 32 };

/** The widest delegated prefix: clouds delegate /28 and /80; nothing that a single server is given is wider than these. */
const widestDelegated: Readonly<Record<Family, number>> = { ipv4: 16, ipv6: 48 };

/** True for what no NIC has as its address and no gateway is reached by: loopback, multicast, unspecified, IPv4-mapped and the like. */
export function isNoHost(address: Address): boolean {
  return neverAnAddress.has(ipaddr.parse(address).range()) || contains(compatible, address);
}

/** True for 169.254.0.0/16 and fe80::/10, which a link gives to itself. */
export function isLinkLocal(address: Address): boolean {
  return ipaddr.parse(address).range() === 'linkLocal';
}

/** The first or last address of an IPv4 subnet of /30 or wider, which no host has (RFC 1122, 3.2.1.3; RFC 3021). */
export function isEndOf(subnet: Prefix, address: Address): boolean {
  const { base, length } = splitPrefix(subnet);
  if (familyOf(base) !== 'ipv4' || length > 30 || !contains(subnet, address)) return false;
  return address === base || address === lastOf(base, length);
}

function lastOf(base: Address, length: number): string {
  const bytes = ipaddr.parse(base).toByteArray();
  const ended = bytes.map((byte, index) => byte | (0xff >> Math.min(8, Math.max(0, length - index * 8))));
  return ipaddr.fromByteArray(ended).toString();
}

/** True for a subnet that is too wide for one, or lies in a range that no host has addresses of. */
export function isNoSubnet(subnet: Prefix): boolean {
  const { base, length } = splitPrefix(subnet);
  return length < widestSubnet[familyOf(base)] || isNoHost(base) || isLinkLocal(base);
}

/** True for a delegated prefix that is too wide for one server, or lies in a range that no host has addresses of. */
export function isNoDelegation(prefix: Prefix): boolean {
  const { base, length } = splitPrefix(prefix);
  return length < widestDelegated[familyOf(base)] || isNoHost(base) || isLinkLocal(base);
}

/** What is impossible in the fields of a family, whatever else the machine has: a sentence, or null. */
export function impossibleField(said: InstanceFamily, family: Family): string | null {
  const gateways = said.gateway === null ? [] : [said.gateway];
  const address = [...(said.addresses ?? []), ...gateways].find(isNoHost);
  if (address !== undefined) return `${address} cannot be an address of an interface or a gateway`;
  const { subnet, prefixLength } = said;
  const length = subnet === null ? prefixLength : splitPrefix(subnet).length;
  if (length !== null && length < widestSubnet[family]) return `/${length} cannot be the length of a subnet`;
  if (subnet === null || !isNoHost(splitPrefix(subnet).base)) return null;
  return `${subnet} cannot be the subnet of an interface`;
}
