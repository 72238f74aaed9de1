import { formOf, highestFreeSlot, highestSlot } from '../kernel/band.ts';
import { hostPrefix, splitPrefix } from '../model/address.ts';
import { mirrorProtocol } from '../model/desired.ts';
import type { InstanceNetwork } from '../model/instance.ts';
import type { KernelRoute, KernelState } from '../model/kernel.ts';
import type { Mac } from '../model/mac.ts';
import type { State } from '../model/state.ts';

const lowestSlot = 1;

/**
 * The slots known by state.json, completed from the kernel where the state was lost: a rule of the band whose
 * priority is its table and whose `from` is an address that metadata lists for a MAC gives that MAC its slot back.
 */
export function recoverSlots(
  known: ReadonlyMap<Mac, number>,
  instance: InstanceNetwork,
  kernel: KernelState,
  base: number,
): Map<Mac, number> {
  const slots = new Map(known);
  const taken = new Set(slots.values());
  for (const nic of instance.interfaces) {
    if (nic.primary || slots.has(nic.mac)) continue;
    const hosts = new Set([...(nic.ipv4.addresses ?? []), ...(nic.ipv6.addresses ?? [])].map(hostPrefix));
    const own = kernel.rules.find(
      (rule) => formOf(rule, base) === 'source' && rule.from !== null && hosts.has(rule.from),
    );
    const slot = own === undefined ? 0 : own.priority - base;
    if (slot < lowestSlot || slot > highestSlot || taken.has(slot)) continue;
    slots.set(nic.mac, slot);
    taken.add(slot);
  }
  return slots;
}

/** The lowest slot that no MAC has and nobody else's table or rule is on; undefined when all are used. */
export function freeSlot(
  taken: ReadonlySet<number>,
  foreign: ReadonlyMap<number, string>,
): number | undefined {
  for (let slot = lowestSlot; slot <= highestFreeSlot; slot++) {
    if (!taken.has(slot) && !foreign.has(slot)) return slot;
  }
  return undefined;
}

/** Who is there: a slot of theirs is never given to another. */
export interface Present {
  readonly links: KernelState['links'];
  readonly instance: InstanceNetwork;
  /** MACs of the configuration's VLANs, which may come back with their parent. */
  readonly configured: ReadonlySet<Mac>;
}

function isPresent(mac: Mac, { links, instance, configured }: Present): boolean {
  return (
    configured.has(mac) ||
    links.some((link) => link.mac === mac) ||
    instance.interfaces.some((nic) => nic.mac === mac || nic.bond?.members.includes(mac) === true)
  );
}

/** Since when each MAC with a slot is not there; one that came back is forgotten. `now`: ISO 8601. */
export function detachedSince(
  { slots, detached }: Pick<State, 'slots' | 'detached'>,
  present: Present,
  now: string,
): State['detached'] {
  const absent = [...slots.keys()].filter((mac) => !isPresent(mac, present));
  return new Map(absent.map((mac) => [mac, detached.get(mac) ?? now]));
}

/** The MAC whose slot may be given to another, and that slot. */
export interface Reusable {
  readonly mac: Mac;
  readonly slot: number;
}

/**
 * For when all slots are taken: that of the MAC which is detached the longest, the lowest first among equals. Nothing of it
 * may be left: no file of ours, no remembered name, no route and no rule in its table, whoever set it.
 */
export function reusableSlot(
  slots: ReadonlyMap<Mac, number>,
  { detached, files, names }: Pick<State, 'detached' | 'files' | 'names'>,
  kernel: KernelState,
  present: Present,
  base: number,
): Reusable | undefined {
  const owning = new Set([...files.values()].map((file) => file.mac));
  const used = new Set([
    ...kernel.routes.map(({ table }) => table),
    ...kernel.rules.flatMap(({ table, priority }) => [table, priority]),
  ]);
  const since = (mac: Mac): string => detached.get(mac) ?? '';
  const [longest] = [...slots]
    .map(([mac, slot]) => ({ mac, slot }))
    .filter(({ mac, slot }) => {
      const isLeft = owning.has(mac) || names.has(mac) || used.has(base + slot);
      return slot <= highestFreeSlot && detached.has(mac) && !isLeft && !isPresent(mac, present);
    })
    .sort((one, other) => since(one.mac).localeCompare(since(other.mac)) || one.slot - other.slot);
  return longest;
}

/**
 * Slots that something else uses, each with what was found. A rule into the table of a slot that a MAC has is no conflict, at
 * whatever priority: somebody leads more of his packets by that NIC. Nor is a further route in such a table. A conflict of a slot
 * that a MAC has is a rule at its priority that does something else, and a default by another device where the table has no route by
 * its own NIC: then the table is somebody else's. Where no MAC has the slot, anything in its table or at its priority is.
 */
export function foreignSlots(
  kernel: KernelState,
  base: number,
  slots: ReadonlyMap<Mac, number>,
  names: State['names'],
): ReadonlyMap<number, string> {
  const foreign = new Map<number, string>();
  const inBand = (number: number | null): number | undefined =>
    number !== null && number >= base + lowestSlot && number <= base + highestSlot
      ? number - base
      : undefined;
  const used = new Set(slots.values());
  for (const rule of kernel.rules) {
    const byTable = inBand(rule.table);
    const form = formOf(rule, base);
    if (form === 'subnet' || form === 'former') continue;
    const isOfUsed = byTable !== undefined && used.has(byTable);
    for (const slot of new Set([byTable, inBand(rule.priority)])) {
      if (slot !== undefined && !(isOfUsed && used.has(slot))) foreign.set(slot, `rule ${rule.spec}`);
    }
  }
  const macs = macsByName(kernel, names);
  const isByOwn = (route: KernelRoute, slot: number): boolean => {
    const mac = route.device === null ? null : macs.get(route.device);
    return mac !== undefined && mac !== null && slots.get(mac) === slot;
  };
  const served = new Set<number>();
  const inTables = kernel.routes.flatMap((route) => {
    const slot = inBand(route.table);
    if (slot === undefined || route.protocol === String(mirrorProtocol)) return [];
    if (isByOwn(route, slot)) served.add(slot);
    return [{ route, slot }];
  });
  for (const { route, slot } of inTables) {
    const isForeign = route.device !== null && !isByOwn(route, slot);
    const isWide = splitPrefix(route.destination).length <= 1;
    if (isForeign && !(used.has(slot) && (served.has(slot) || !isWide))) {
      foreign.set(slot, `route ${route.spec} in table ${route.table}`);
    }
  }
  return foreign;
}

/** The MACs of links. A VLAN is of our making, also when somebody gave it another MAC. */
function macsByName({ links }: KernelState, names: State['names']): ReadonlyMap<string, Mac | null> {
  const macs = new Map(links.map((link) => [link.name, link.mac]));
  const vlans = new Set(links.filter(({ kind }) => kind === 'vlan').map(({ name }) => name));
  for (const [mac, name] of names) if (vlans.has(name)) macs.set(name, mac);
  return macs;
}
