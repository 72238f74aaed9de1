import { type Family, families, prefixOf } from '../model/address.ts';
import type { DesiredPrimary, PrimaryFamily } from '../model/desired.ts';
import { defaultDestination, type KernelState, mainTable } from '../model/kernel.ts';

/**
 * The primary as a snapshot of the kernel shows it, for judging whether the machine is as reachable as it was; null
 * where the snapshot has no such link.
 */
export function primaryBefore(snapshot: KernelState, name: string): DesiredPrimary | null {
  const link = snapshot.links.find((entry) => entry.name === name);
  if (link === undefined || link.mac === null) return null;
  const [ipv4, ipv6] = families.map((family) => familyBefore(snapshot, name, family));
  return { name, mac: link.mac, id: null, ipv4: ipv4 ?? null, ipv6: ipv6 ?? null };
}

function familyBefore(snapshot: KernelState, name: string, family: Family): PrimaryFamily | null {
  const own = snapshot.addresses.filter(
    (entry) => entry.link === name && entry.family === family && entry.scope === 'global',
  );
  const [first] = own;
  if (first === undefined) return null;
  const route = snapshot.routes.find(
    (entry) =>
      entry.table === mainTable && entry.device === name && entry.destination === defaultDestination[family],
  );
  return {
    addresses: own.map((entry) => entry.address),
    subnet: prefixOf(first.address, first.prefixLength),
    gateway: route?.via ?? null,
  };
}
