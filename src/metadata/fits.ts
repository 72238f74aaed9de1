import { contains, families, prefixOf } from '../model/address.ts';
import type { InstanceFamily, InstanceNetwork } from '../model/instance.ts';
import type { KernelAddress, KernelRoute } from '../model/kernel.ts';
import { carriedBy, defaultWays, type Machine } from './carried.ts';

/**
 * True when at least one of the addresses is what metadata says: listed, in the said subnet, or in one network with a
 * listed one (an address that was just changed in the cloud, before the lease is renewed). Where metadata says neither
 * addresses nor a subnet, any address fits.
 */
export function fits(
  held: readonly KernelAddress[],
  { addresses, subnet, prefixLength }: InstanceFamily,
): boolean {
  const listed = addresses ?? [];
  const first = listed[0];
  const own = subnet ?? (first === undefined || prefixLength === null ? null : prefixOf(first, prefixLength));
  if (listed.length === 0 && own === null) return true;
  return held.some((entry) => {
    const network = prefixOf(entry.address, entry.prefixLength);
    if (own !== null && contains(own, entry.address)) return true;
    return listed.some((address) => address === entry.address || contains(network, address));
  });
}

/**
 * True when the kernel shows by what enid did not set that this is the primary: it has a default route, or no NIC of the
 * metadata has, and an address that fits. Of a primary that enid moved the default route to, only a route that a lease, an
 * advertisement or a network service marked as its own counts.
 */
export function confirmsPrimary(read: InstanceNetwork, machine: Machine): boolean {
  const { primaryMac } = read;
  const nic = read.interfaces.find(({ mac }) => mac === primaryMac);
  if (nic === undefined || machine.state.names.has(primaryMac)) return false;
  const others = new Set<unknown>(read.interfaces.map(({ mac }) => mac).filter((mac) => mac !== primaryMac));
  const holders = families.flatMap((family) => defaultWays(family, machine).flatMap(({ macs }) => macs));
  const { primary } = machine.state;
  const wasMoved = primary?.by === 'metadata' && primary.mac === primaryMac;
  const isFree = !holders.some((mac) => others.has(mac));
  return families.some((family) => {
    const held = carriedBy(primaryMac, family, machine);
    if (held.length === 0 || !fits(held, nic[family])) return false;
    const own = defaultWays(family, machine).filter(({ macs }) => macs.includes(primaryMac));
    return wasMoved ? own.some(({ route }) => isMarked(route)) : isFree || own.length > 0;
  });
}

/** What `ip route` sets, as enid does, is marked `boot`, which is not printed. */
function isMarked({ protocol }: KernelRoute): boolean {
  return protocol !== null && protocol !== 'boot';
}
