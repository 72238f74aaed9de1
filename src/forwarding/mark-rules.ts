import { formOf } from '../kernel/band.ts';
import { fwmarkOf } from '../kernel/fwmark.ts';
import type { Family } from '../model/address.ts';
import type { Difference } from '../model/difference.ts';
import { type DesiredForwarding, markText } from '../model/forwarding.ts';
import type { KernelRule } from '../model/kernel.ts';
import type { Mac } from '../model/mac.ts';

/** A rule of our form: `fwmark MARK/MASK lookup TABLE` with the table as its priority. */
export interface MarkRule {
  readonly family: Family;
  readonly table: number;
  readonly mark: number;
  readonly mask: number;
  readonly rule: KernelRule;
}

/** The rules of our form in the band. */
export function markRules(rules: readonly KernelRule[], tableBase: number): readonly MarkRule[] {
  return rules.flatMap((rule): readonly MarkRule[] => {
    const fwmark = formOf(rule, tableBase) === 'mark' ? fwmarkOf(rule) : null;
    if (fwmark === null || rule.table === null) return [];
    return [{ family: rule.family, table: rule.table, mark: fwmark.value, mask: fwmark.mask, rule }];
  });
}

/** Those whose table is of a slot of ours; a rule of our form for another table is somebody else's. */
export function ownMarkRules(
  rules: readonly KernelRule[],
  slots: ReadonlyMap<Mac, number>,
  tableBase: number,
): readonly MarkRule[] {
  const tables = new Set([...slots.values()].map((slot) => tableBase + slot));
  return markRules(rules, tableBase).filter(({ table }) => tables.has(table));
}

/**
 * Mark rules that are missing, left over or there twice, removals first. Pure.
 */
export function markRuleDifferences(
  rules: readonly KernelRule[],
  desired: DesiredForwarding | null,
  slots: ReadonlyMap<Mac, number>,
  tableBase: number,
): readonly Difference[] {
  const macs = new Map([...slots].map(([mac, slot]) => [tableBase + slot, mac]));
  const ours = ownMarkRules(rules, slots, tableBase);
  const wanted = new Map(
    (desired?.nics ?? []).flatMap((nic) =>
      nic.families.map((family) => [keyOf({ ...nic, family, mask: desired?.mask ?? 0 }), nic] as const),
    ),
  );
  const held = new Set<string>();
  const removals = ours.flatMap((one): readonly Difference[] => {
    const key = keyOf(one);
    if (wanted.has(key) && !held.has(key)) {
      held.add(key);
      return [];
    }
    const text = `${one.family} rule ${one.rule.spec} is left`;
    const mend = [{ family: one.family, line: `rule del ${one.rule.spec}` }];
    return [{ kind: 'mark-surplus', mac: macs.get(one.table) ?? null, text, mend }];
  });
  const additions = [...wanted].filter(([key]) => !held.has(key));
  return [
    ...removals,
    ...additions.map(([key, { mac, table, ...nic }]): Difference => {
      const family = key.startsWith('ipv6') ? 'ipv6' : 'ipv4';
      const words = `fwmark ${markText(nic, desired?.mask ?? 0)} lookup ${table} priority ${table}`;
      const text = `${family} rule ${words} is missing`;
      return { kind: 'mark-missing', mac, text, mend: [{ family, line: `rule add ${words}` }] };
    }),
  ];
}

function keyOf({ family, table, mark, mask }: Omit<MarkRule, 'rule'>): string {
  return `${family} ${table} ${mark} ${mask}`;
}
