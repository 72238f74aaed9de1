import type { PolicyRule } from '../model/desired.ts';
import type { Difference } from '../model/difference.ts';
import type { KernelRule } from '../model/kernel.ts';
import type { Mac } from '../model/mac.ts';
import { addRule, removeRule, ruleText } from './commands.ts';
import { commonRule, isCommonRule } from './commons.ts';
import type { Comparison } from './comparison.ts';
import { isOwnSource } from './own-sources.ts';

export interface RuleDifferences {
  /** NICs' own rules: they go before everything else. */
  readonly removals: readonly Difference[];
  readonly additions: readonly Difference[];
  /**
   * Rules that serve a subnet go last, once those that take their place are there, and the ones that send packets to a
   * secondary go before the ones that keep replies from it: no packet leaves by the wrong NIC in between.
   */
  readonly lateRemovals: readonly Difference[];
}

/**
 * Rules of the band that are missing, surplus, or there twice (kernels before 4.x take the same rule again). Surplus
 * is what we remember having set: a rule for the table of a NIC that is desired or gone, and one that serves a subnet. The rest
 * of the band is somebody else's and not touched, whatever its form.
 */
export function ruleDifferences(compared: Comparison): RuleDifferences {
  const { kernel, network, context } = compared;
  const desired = new Map<string, { rule: PolicyRule; mac: Mac }>();
  for (const nic of network.secondaries) {
    const unlisted = (context.unlisted ?? []).filter(({ table }) => table === nic.table);
    for (const rule of [...unlisted, ...nic.rules]) desired.set(commonRule(rule), { rule, mac: nic.mac });
  }
  const held = new Map<string, KernelRule[]>();
  for (const rule of kernel.rules) {
    const key = rule.special ? null : commonRule(rule);
    if (key === null || !(desired.has(key) || isOurs(rule, compared))) continue;
    held.set(key, [...(held.get(key) ?? []), rule]);
  }
  const removed = (which: (rule: KernelRule) => boolean): readonly Difference[] =>
    [...held]
      .filter(([, [first]]) => first !== undefined && which(first))
      .sort(([, [one]], [, [other]]) => (other?.priority ?? 0) - (one?.priority ?? 0))
      .flatMap(([key, copies]) => removal(copies, desired.get(key)?.mac, compared));
  const isCommon = (rule: KernelRule) => isCommonRule(rule, compared.context.tableBase);
  const additions = [...desired]
    .filter(([key]) => !held.has(key))
    .map(([, { rule, mac }]): Difference => {
      const text = `rule ${ruleText(rule)} is missing`;
      return { kind: 'rule-missing', mac, text, mend: [addRule(rule)] };
    });
  return { removals: removed((rule) => !isCommon(rule)), additions, lateRemovals: removed(isCommon) };
}

/** Rules that are not wanted go with all their copies, wanted ones with all but one. */
function removal(
  copies: readonly KernelRule[],
  wantedBy: Mac | undefined,
  { owners }: Comparison,
): readonly Difference[] {
  const [first] = copies;
  if (first === undefined || first.table === null) return [];
  const text = ruleText(first);
  if (wantedBy === undefined) {
    const mac = owners.get(first.table) ?? null;
    return [{ kind: 'rule-surplus', mac, text: `rule ${text} is left`, mend: copies.map(removeRule) }];
  }
  const extra = copies.slice(1);
  if (extra.length === 0) return [];
  const times = `rule ${text} is there ${copies.length} times`;
  return [{ kind: 'rule-duplicate', mac: wantedBy, text: times, mend: extra.map(removeRule) }];
}

function isOurs(rule: KernelRule, { context, owners, commons, sources, waiting }: Comparison): boolean {
  if (rule.table === null) return false;
  if (!isCommonRule(rule, context.tableBase)) {
    return isOwnSource(rule, context.tableBase, sources) && owners.has(rule.table);
  }
  return commons.has(commonRule(rule)) && (!waiting || owners.has(rule.table));
}
