import { type Family, familyOf, overlaps, type Prefix, prefixOf, splitPrefix } from '../model/address.ts';
import type { Config } from '../model/config.ts';
import type { ConnectedPlace, DesiredFamily, Method, PrimaryFamily } from '../model/desired.ts';
import type { InstanceFamily, InstanceInterface } from '../model/instance.ts';
import { type KernelState, mainTable } from '../model/kernel.ts';
import type { Learned, LearnedFamilies } from '../model/lease.ts';
import type { StackId } from '../model/stack.ts';

/**
 * What the primary has, from the metadata where it says so, else from the kernel, else as it was before: early in boot it
 * has no lease yet. Null: nothing in this family.
 */
export function primaryFamily(
  family: Family,
  said: InstanceFamily,
  device: string,
  kernel: KernelState,
  remembered: LearnedFamilies | undefined,
): PrimaryFamily | null {
  const held = kernel.addresses.filter(
    (entry) => entry.link === device && entry.family === family && entry.scope === 'global',
  );
  const listed = said.addresses ?? [];
  const former = remembered?.[family] ?? null;
  const told = listed.length > 0 ? listed : held.map((entry) => entry.address);
  const addresses = told.length > 0 || former === null ? told : [former.address];
  const first = addresses[0];
  if (first === undefined) return null;
  const known = [...held, ...(former === null ? [] : [former])];
  const length = said.prefixLength ?? known.find((entry) => entry.address === first)?.prefixLength ?? null;
  const route = kernel.routes.find(
    (entry) =>
      entry.family === family &&
      entry.table === mainTable &&
      entry.device === device &&
      entry.via !== null &&
      entry.destination.endsWith('/0'),
  );
  return {
    addresses,
    subnet: said.subnet ?? (length === null ? null : prefixOf(first, length)),
    gateway: said.gateway ?? route?.via ?? (former?.address === first ? former.gateway : null),
  };
}

export interface FamilyContext {
  readonly family: Family;
  readonly primary: PrimaryFamily | null;
  readonly config: Config;
  readonly stack: StackId;
  /** What its lease said last; null where none ever did. */
  readonly learned: Learned | null;
  readonly connected: (method: Method, family: Family) => ConnectedPlace;
}

/**
 * One family of a secondary, or null where it has nothing to set. Static needs an address and its subnet; without
 * them it falls back to DHCP, except on stack `none`, which has no DHCP client and then waits for metadata.
 */
export function secondaryFamily(nic: InstanceInterface, context: FamilyContext): DesiredFamily | null {
  const { family, config, stack, learned } = context;
  const said = nic[family];
  const listed = said.addresses ?? [];
  const address = listed[0] ?? learned?.address ?? null;
  const lease = learned?.address === address ? learned : null;
  const length = said.prefixLength ?? (said.subnet === null ? null : splitPrefix(said.subnet).length);
  const prefixLength = length ?? lease?.prefixLength ?? null;
  const subnet =
    said.subnet ?? (address === null || prefixLength === null ? null : prefixOf(address, prefixLength));
  const canBeStatic = listed.length > 0 && subnet !== null;
  const wanted = wantedMethod(config, stack, said, family);
  if (
    wanted === null ||
    (!canBeStatic && (stack === 'none' || (listed.length === 0 && !said.dhcp && family === 'ipv6')))
  ) {
    return null;
  }
  const method: Method = wanted === 'static' && canBeStatic ? 'static' : 'dhcp';
  const extra = (config.interfaces.addresses.get(nic.mac) ?? []).map((entry) => entry.address);
  const further = [...listed.slice(1), ...extra.filter((entry) => familyOf(entry) === family)];
  return {
    method,
    connected: method === 'static' ? 'table' : context.connected(method, family),
    byLease: method === 'dhcp' && listed.length === 0 && said.subnet === null && said.gateway === null,
    address,
    prefixLength,
    further: [...new Set(further)].filter((entry) => entry !== address),
    prefixes: said.prefixes ?? [],
    subnet,
    gateway: said.gateway ?? lease?.gateway ?? null,
    routes: said.routes ?? [],
    sharedWithPrimary: sharesSubnet(subnet, context.primary),
  };
}

/** True when static addressing was asked for and could not be had: worth a line in the report. */
export function fellBack(family: DesiredFamily | null, config: Config): boolean {
  return config.addressing === 'static' && family?.method === 'dhcp';
}

function wantedMethod(config: Config, stack: StackId, said: InstanceFamily, family: Family): Method | null {
  if (stack === 'none') return 'static';
  const nothing = !said.dhcp && (said.addresses === null || said.addresses.length === 0);
  if (nothing && (family === 'ipv6' || config.addressing === 'auto')) return null;
  if (config.addressing === 'auto') return said.dhcp ? 'dhcp' : 'static';
  if (config.addressing === 'dhcp' && family === 'ipv6' && !said.dhcp) return 'static';
  return config.addressing;
}

function sharesSubnet(subnet: Prefix | null, primary: PrimaryFamily | null): boolean {
  return subnet !== null && primary !== null && primary.subnet !== null && overlaps(subnet, primary.subnet);
}
