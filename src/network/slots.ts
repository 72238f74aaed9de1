import { hostPrefix } from '../model/address.ts';
import { guardOffset, mirrorProtocol, roadOffset } from '../model/desired.ts';
import type { InstanceNetwork } from '../model/instance.ts';
import { type KernelRule, type KernelState, mainTable } from '../model/kernel.ts';
import type { Mac } from '../model/mac.ts';

export const lowestSlot = 1;
export const highestSlot = 999;

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
      (rule) => isPlain(rule) && rule.priority === rule.table && rule.from !== null && hosts.has(rule.from),
    );
    const slot = own === undefined ? 0 : own.priority - base;
    if (slot < lowestSlot || slot > highestSlot || taken.has(slot)) continue;
    slots.set(nic.mac, slot);
    taken.add(slot);
  }
  return slots;
}

/** The lowest slot that no MAC has and nobody else's table or rule is on; undefined when all 999 are used. */
export function freeSlot(
  taken: ReadonlySet<number>,
  foreign: ReadonlyMap<number, string>,
): number | undefined {
  for (let slot = lowestSlot; slot <= highestSlot; slot++) {
    if (!taken.has(slot) && !foreign.has(slot)) return slot;
  }
  return undefined;
}

/**
 * Slots whose table or priority something else uses, each with what was found. Ours is what agrees with a slot:
 * priority, table and device together (design section 3); anything else in the band is foreign.
 */
export function foreignSlots(
  kernel: KernelState,
  base: number,
  slots: ReadonlyMap<Mac, number>,
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
    if (isGuard(rule, base) || isRoad(rule, base)) continue;
    const agrees = isPlain(rule) && rule.to === null && byTable !== undefined && byTable === byPriority;
    if (agrees && used.has(byTable)) continue;
    for (const slot of new Set([byTable, byPriority])) {
      if (slot !== undefined) foreign.set(slot, `rule ${rule.spec}`);
    }
  }
  const macs = new Map(kernel.links.map((link) => [link.name, link.mac]));
  for (const route of kernel.routes) {
    const slot = inBand(route.table);
    if (slot === undefined || route.protocol === String(mirrorProtocol) || route.device === null) continue;
    const mac = macs.get(route.device);
    const ours = mac !== undefined && mac !== null && slots.has(mac);
    if (!ours) foreign.set(slot, `route ${route.spec} in table ${route.table}`);
  }
  return foreign;
}

/** `from P to S` at the band's first priority: keeps the primary's replies on the primary. */
export function isGuard(rule: KernelRule, base: number): boolean {
  const target = rule.table === mainTable || rule.table === base;
  return (
    isPlain(rule) && rule.priority === base + guardOffset && target && rule.from !== null && rule.to !== null
  );
}

/** `to S` at the band's last priority: the way into a secondary's subnet for connections without a source yet. */
export function isRoad(rule: KernelRule, base: number): boolean {
  const inBand = rule.table !== null && rule.table >= base && rule.table <= base + highestSlot;
  return (
    isPlain(rule) && rule.priority === base + roadOffset && inBand && rule.from === null && rule.to !== null
  );
}

function isPlain(rule: KernelRule): boolean {
  return !rule.special;
}
