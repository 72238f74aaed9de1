import { formOf } from '../kernel/band.ts';
import { devicesOf, isMainDefault } from '../kernel/default-routes.ts';
import { addressBits, type Family, hostPrefix } from '../model/address.ts';
import type { KernelAddress, KernelRoute, KernelState } from '../model/kernel.ts';
import type { Mac } from '../model/mac.ts';
import type { State } from '../model/state.ts';

/** What metadata is compared with: the kernel, and what state.json says is enid's in it. */
export interface Machine {
  readonly kernel: KernelState;
  readonly state: Pick<State, 'names' | 'primaryAddresses' | 'believed' | 'primary'>;
  /** `table_base`. */
  readonly tableBase: number;
}

/** Addresses in these states are not in use, or are made by the kernel for a while. */
const notInUse: readonly string[] = ['temporary', 'deprecated', 'tentative', 'dadfailed'];

/** The global addresses in use on the links with this MAC that are up, whoever set them. */
export function addressesOn(mac: Mac, family: Family, kernel: KernelState): readonly KernelAddress[] {
  const names = new Set(
    kernel.links
      .filter((link) => link.mac === mac && link.type === 'ether' && link.up)
      .map(({ name }) => name),
  );
  return kernel.addresses.filter(
    (entry) =>
      names.has(entry.link) &&
      entry.family === family &&
      entry.scope === 'global' &&
      !entry.flags.some((flag) => notInUse.includes(flag)),
  );
}

/**
 * Of the addresses of a NIC those by lease or configuration, which tell what the NIC is. What enid set from metadata
 * proves nothing about metadata: a host prefix without a lifetime on a NIC that enid configured, or named by a rule of
 * the band, and what it added to the primary.
 */
export function carriedBy(mac: Mac, family: Family, machine: Machine): readonly KernelAddress[] {
  return addressesOn(mac, family, machine.kernel).filter((entry) => !isByEnid(entry, mac, machine));
}

function isByEnid(entry: KernelAddress, mac: Mac, { kernel, state, tableBase }: Machine): boolean {
  if (state.primaryAddresses.includes(entry.address)) return true;
  if (entry.prefixLength !== addressBits[entry.family] || entry.flags.includes('dynamic')) return false;
  const host = hostPrefix(entry.address);
  const hasRule = kernel.rules.some((rule) => rule.from === host && formOf(rule, tableBase) === 'source');
  return hasRule || state.names.has(mac);
}

/** A default route of main in use, and the MACs of the links that it leads by; null for a link without one. */
export interface DefaultWay {
  readonly route: KernelRoute;
  readonly macs: readonly (Mac | null)[];
}

/** The default routes of main for a family, without the worse ones of `default_route: metric`. */
export function defaultWays(family: Family, { kernel, tableBase }: Machine): readonly DefaultWay[] {
  const macs = new Map(kernel.links.map((link) => [link.name, link.mac]));
  const isWorse = ({ metric }: KernelRoute): boolean => metric >= tableBase && metric <= tableBase + 999;
  return kernel.routes
    .filter((route) => route.family === family && isMainDefault(route) && !route.dead && !isWorse(route))
    .map((route) => ({ route, macs: devicesOf(route).map((device) => macs.get(device) ?? null) }));
}
