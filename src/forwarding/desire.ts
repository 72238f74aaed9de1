import { families } from '../model/address.ts';
import type { ForwardingConfig } from '../model/config.ts';
import type { DesiredInterface } from '../model/desired.ts';
import { type DesiredForwarding, hex, type MarkedNic } from '../model/forwarding.ts';
import type { KernelState } from '../model/kernel.ts';
import { markRules } from './mark-rules.ts';
import { bitsOf, numberOf, withNumber } from './mask.ts';

/** What is to be loaded, null for nothing, and sentences for the report. */
export interface ForwardingWish {
  readonly forwarding: DesiredForwarding | null;
  readonly notes: readonly string[];
}

/**
 * Gives every secondary a mark. A NIC keeps the mark that its rules in the kernel have, as connections carry it; a new one gets
 * the number of its slot, or the lowest that is free. Where the mask has no room, the last NICs follow main. Pure.
 */
export function desireForwarding(
  { mode, mask }: ForwardingConfig,
  secondaries: readonly DesiredInterface[],
  { rules }: Pick<KernelState, 'rules'>,
  tableBase: number,
): ForwardingWish {
  if (mode === 'follow-main') return { forwarding: null, notes: [] };
  const known = new Map<number, number>();
  for (const rule of markRules(rules, tableBase))
    if (rule.mask === mask && rule.mark !== 0) known.set(rule.table, numberOf(rule.mark, mask));
  const routed = secondaries.filter((nic) => nic.rules.length > 0);
  const kept = new Set(routed.flatMap(({ table }) => known.get(table) ?? []));
  const taken = new Set<number>();
  const nics: MarkedNic[] = [];
  const notes: string[] = [];
  for (const nic of routed) {
    const before = known.get(nic.table);
    const isFree = (number: number) => !taken.has(number) && !kept.has(number);
    const number =
      before !== undefined && !taken.has(before) ? before : freeNumber(nic.slot, bitsOf(mask).length, isFree);
    if (number === null) notes.push(noRoom(nic, mask));
    else nics.push(marked(nic, withNumber(number, mask)));
    if (number !== null) taken.add(number);
  }
  return { forwarding: nics.length === 0 ? null : { mask, nics }, notes };
}

function freeNumber(slot: number, bits: number, isFree: (number: number) => boolean): number | null {
  const highest = 2 ** bits - 1;
  if (slot <= highest && isFree(slot)) return slot;
  for (let number = 1; number <= Math.min(highest, 999); number++) if (isFree(number)) return number;
  return null;
}

function marked({ name, mac, table, ...own }: DesiredInterface, mark: number): MarkedNic {
  return { name, mac, table, mark, families: families.filter((family) => own[family] !== null) };
}

function noRoom({ name }: DesiredInterface, mask: number): string {
  const room = 2 ** bitsOf(mask).length - 1;
  return `${name}: forwarding.mask ${hex(mask)} has room for ${room} NICs, so replies of connections by ${name} follow main`;
}
