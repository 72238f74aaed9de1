import { contains, type Prefix, prefixOf, splitPrefix } from '../model/address.ts';
import type { DesiredPrimary, DesiredSysctl } from '../model/desired.ts';
import type { Mac } from '../model/mac.ts';
import type { Addressed } from './policy.ts';

/**
 * What the kernel must be told for several NICs to live side by side (kernel: networking/ip-sysctl.rst):
 * rp_filter=2 on secondaries, as the effective value is the larger of `all` and the NIC's; while NICs share a subnet
 * arp_ignore=1 and arp_announce=2 on all of them, so that each answers for its own addresses only; no router
 * advertisement may set a default, and none is needed at all where the addresses come from metadata. Where only a lease
 * tells the address advertisements are listened to, for their sender is the gateway, and nothing is taken of them: their subnet would
 * stand in main from the moment that the link is up.
 */
export function sysctlsFor(primary: DesiredPrimary, nics: readonly Addressed[]): readonly DesiredSysctl[] {
  const sysctls = nics.flatMap((nic) => [
    set(nic, 'ipv4', 'rp_filter', '2'),
    ...(nic.ipv6?.method === 'dhcp'
      ? [set(nic, 'ipv6', 'accept_ra_defrtr', '0'), set(nic, 'ipv6', 'accept_ra_pinfo', '0')]
      : [set(nic, 'ipv6', 'accept_ra', '0')]),
  ]);
  for (const nic of sharing(primary, nics)) {
    sysctls.push(set(nic, 'ipv4', 'arp_ignore', '1'), set(nic, 'ipv4', 'arp_announce', '2'));
  }
  return sysctls;
}

interface Named {
  readonly name: string;
  readonly mac: Mac;
}

/** Every NIC, the primary included, whose IPv4 subnet another one has as well. */
function sharing(primary: DesiredPrimary, nics: readonly Addressed[]): readonly Named[] {
  const bySubnet = new Map<Prefix, Named[]>();
  for (const nic of [primary, ...nics]) {
    const subnet = nic.ipv4?.subnet ?? null;
    if (subnet !== null) bySubnet.set(subnet, [...(bySubnet.get(subnet) ?? []), nic]);
  }
  const crowded = [...bySubnet.keys()].filter(
    (subnet) => (bySubnet.get(subnet)?.length ?? 0) > 1 || isNested(subnet, bySubnet),
  );
  const members = new Set(crowded.flatMap((subnet) => bySubnet.get(subnet) ?? []));
  return [primary, ...nics].filter((nic) => members.has(nic));
}

/** Lies within another of the subnets, or around one: looked up by length, as one of a length overlaps no other of it. */
function isNested(subnet: Prefix, all: ReadonlyMap<Prefix, unknown>): boolean {
  const { base, length } = splitPrefix(subnet);
  const lengths = new Set([...all.keys()].map((other) => other.slice(other.indexOf('/') + 1)));
  lengths.delete(String(length));
  return [...lengths].some((other) =>
    Number(other) < length
      ? all.has(prefixOf(base, Number(other)))
      : [...all.keys()].some((narrow) => narrow.endsWith(`/${other}`) && contains(subnet, narrow)),
  );
}

function set(nic: Named, family: string, key: string, value: string): DesiredSysctl {
  return { key: `net/${family}/conf/${nic.name}/${key}`, value, mac: nic.mac };
}
