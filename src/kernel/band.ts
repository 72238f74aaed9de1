import { hostPrefix, splitPrefix } from '../model/address.ts';
import { firstSubnetOffset, lastSubnetOffset } from '../model/desired.ts';
import { type KernelRule, mainTable } from '../model/kernel.ts';

/** Slots, and so tables of the band, run from 1 to 999; the base itself is the primary's table. */
export const highestSlot = 999;
/** What a new NIC may be given: the numbers above are the priorities of rules that serve a subnet, and what 0.1.0 gave. */
export const highestFreeSlot = firstSubnetOffset - 1;

/** Priorities of 0.1.0 as offsets from the base: `from P to S` for replies of the primary, `to S` for new connections. */
const formerReplyOffset = 0;
const formerSubnetOffset = 999;

/**
 * The form of ours that a rule has, or null: `source` is `from A lookup T` with T as its priority, `subnet` serves a subnet
 * (src/network/subnet-rules.ts), `former` did so in 0.1.0, `mark` is `fwmark M lookup T` with T as its
 * priority and nothing else (src/forwarding). Only the form is told: whose table it is, the slots know.
 */
export function formOf(rule: KernelRule, base: number): 'source' | 'subnet' | 'former' | 'mark' | null {
  const { priority, from, to, table, suppressPrefixLength } = rule;
  if (rule.special || table === null) return isMarkRule(rule, base) ? 'mark' : null;
  const inBand = table >= base && table <= base + highestSlot;
  if (to === null) {
    const isSource = from !== null && suppressPrefixLength === null && priority === table;
    return isSource && inBand && table > base ? 'source' : null;
  }
  if (priority >= base + firstSubnetOffset && priority <= base + lastSubnetOffset) {
    const isLed = suppressPrefixLength === null && (table === mainTable || inBand);
    return isLed || (suppressPrefixLength !== null && table === mainTable) ? 'subnet' : null;
  }
  if (suppressPrefixLength !== null) return null;
  const isReply = from !== null && priority === base + formerReplyOffset;
  const isNew = from === null && priority === base + formerSubnetOffset;
  if (isReply) return table === mainTable || table === base ? 'former' : null;
  return isNew && inBand ? 'former' : null;
}

function isMarkRule({ priority, table, spec }: KernelRule, base: number): boolean {
  if (table !== priority || priority <= base || priority > base + highestSlot) return false;
  return /^priority \d+ (?:from all )?fwmark \S+ (?:lookup|table) \d+$/.test(spec);
}

/** True when the rule's `from` is one address, as it is for every address of a NIC; delegated prefixes are wider. */
export function isFromHost(rule: KernelRule): boolean {
  return rule.from !== null && rule.from === hostPrefix(splitPrefix(rule.from).base);
}
