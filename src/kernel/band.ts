import { hostPrefix, splitPrefix } from '../model/address.ts';
import { guardOffset, roadOffset } from '../model/desired.ts';
import { type KernelRule, mainTable } from '../model/kernel.ts';

/** Slots, and so tables of the band, run from 1 to 999; the base itself is the primary's table. */
export const highestSlot = 999;

/**
 * The form of ours that a rule has (model/desired.ts), or null: `source` is `from A lookup T` with T as its priority,
 * `guard` is `from P to S` at the first priority of the band, `road` is `to S` at the last. Only the form is told:
 * whose table it is, the slots know.
 */
export function formOf(rule: KernelRule, base: number): 'source' | 'guard' | 'road' | null {
  const { priority, from, to, table } = rule;
  if (rule.special || table === null) return null;
  const inBand = table >= base && table <= base + highestSlot;
  if (from !== null && to === null && priority === table && inBand && table > base) return 'source';
  if (from !== null && to !== null && priority === base + guardOffset) {
    return table === mainTable || table === base ? 'guard' : null;
  }
  return from === null && to !== null && priority === base + roadOffset && inBand ? 'road' : null;
}

/** True when the rule's `from` is one address, as it is for every address of a NIC; delegated prefixes are wider. */
export function isFromHost(rule: KernelRule): boolean {
  return rule.from !== null && rule.from === hostPrefix(splitPrefix(rule.from).base);
}
