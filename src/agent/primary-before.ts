import { type Address, type Family, families, prefixOf } from '../model/address.ts';
import type { DesiredPrimary, PrimaryFamily } from '../model/desired.ts';
import { defaultDestination, type KernelState, mainTable } from '../model/kernel.ts';

/**
 * The primary as a snapshot of the kernel shows it, for judging whether the machine is as reachable as it was; null
 * where the snapshot has no such link. Its addresses are those of its leases and those `listed` for it by the metadata
 * (null: not known); only where there is none of either, all that it has.
 */
export function primaryBefore(
  snapshot: KernelState,
  name: string,
  listed: readonly Address[] | null = null,
): DesiredPrimary | null {
  const link = snapshot.links.find((entry) => entry.name === name);
  if (link === undefined || link.mac === null) return null;
  const [ipv4, ipv6] = families.map((family) => familyBefore(snapshot, name, family, listed ?? []));
  return { name, mac: link.mac, id: null, ipv4: ipv4 ?? null, ipv6: ipv6 ?? null };
}

/** What comes and goes by itself, or is not in use. */
const passing = ['temporary', 'deprecated', 'tentative', 'dadfailed'];

function familyBefore(
  snapshot: KernelState,
  name: string,
  family: Family,
  listed: readonly Address[],
): PrimaryFamily | null {
  const held = snapshot.addresses.filter(
    (entry) =>
      entry.link === name &&
      entry.family === family &&
      entry.scope === 'global' &&
      !entry.flags.some((flag) => passing.includes(flag)),
  );
  const known = held.filter((entry) => entry.flags.includes('dynamic') || listed.includes(entry.address));
  const own = known.length > 0 ? known : held;
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
