import { formOf, highestFreeSlot, highestSlot } from '../kernel/band.ts';
import { hostPrefix } from '../model/address.ts';
import { mirrorProtocol } from '../model/desired.ts';
import type { InstanceNetwork } from '../model/instance.ts';
import type { KernelState } from '../model/kernel.ts';
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
 * Slots whose table or priority something else uses, each with what was found. Ours is what agrees with a slot:
 * priority, table and device together (design section 3); anything else in the band is foreign.
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
    const byPriority = inBand(rule.priority);
    const form = formOf(rule, base);
    if (form === 'subnet' || form === 'former') continue;
    const isOfNic = form === 'source' || form === 'mark';
    if (isOfNic && byTable !== undefined && used.has(byTable)) continue;
    for (const slot of new Set([byTable, byPriority])) {
      if (slot !== undefined) foreign.set(slot, `rule ${rule.spec}`);
    }
  }
  const macs = new Map(kernel.links.map((link) => [link.name, link.mac]));
  // A VLAN is of our making, also when somebody gave it another MAC.
  const vlans = new Set(kernel.links.filter(({ kind }) => kind === 'vlan').map(({ name }) => name));
  for (const [mac, name] of names) if (vlans.has(name)) macs.set(name, mac);
  for (const route of kernel.routes) {
    const slot = inBand(route.table);
    if (slot === undefined || route.protocol === String(mirrorProtocol) || route.device === null) continue;
    const mac = macs.get(route.device);
    const ours = mac !== undefined && mac !== null && slots.get(mac) === slot;
    if (!ours) foreign.set(slot, `route ${route.spec} in table ${route.table}`);
  }
  return foreign;
}
