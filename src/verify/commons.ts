import { formOf } from '../kernel/band.ts';
import { commonRoute } from '../model/common-route.ts';
import type { DesiredNetwork, PolicyRule } from '../model/desired.ts';
import { type KernelRule, type KernelState, mainTable } from '../model/kernel.ts';
import { ruleText } from './commands.ts';

/**
 * What stands at the band's numbers that all NICs share, rules that serve a subnet, and the routes of the band's tables. Neither
 * form nor slot tells whose they are, so state.json remembers those we set as texts (`State.commons`), and only these are ever
 * removed. A text is the same for what is desired, for what the kernel shows, and for what 0.1.0 remembered:
 * `ipv4 rule from 10.0.0.10/32 to 10.0.1.0/24 lookup 254 priority 21000`.
 */
export function commonsOf(network: DesiredNetwork): readonly string[] {
  const texts = network.secondaries.flatMap(({ rules, routes }) => [
    ...rules.filter((rule) => rule.to !== null).map(commonRule),
    ...routes.filter((route) => route.table !== mainTable).map(commonRoute),
  ]);
  return [...new Set(texts)];
}

/**
 * What is to be remembered after a change: what is desired, and what was ours before and still stands in the kernel
 * (a NIC waits for its metadata, or a command failed).
 */
export function commonsAfter(
  former: readonly string[],
  network: DesiredNetwork,
  kernel: KernelState,
  base: number,
): readonly string[] {
  const held = new Set([
    ...kernel.rules.filter((rule) => isCommonRule(rule, base)).map(commonRule),
    ...kernel.routes.filter((route) => route.table !== mainTable).map(commonRoute),
  ]);
  return [...new Set([...commonsOf(network), ...former.filter((text) => held.has(text))])];
}

/** One that serves a subnet, by its form; also one of 0.1.0. */
export function isCommonRule(rule: KernelRule, base: number): boolean {
  const form = formOf(rule, base);
  return form === 'subnet' || form === 'former';
}

export function commonRule(rule: Omit<PolicyRule, 'table'> & { readonly table: number | null }): string {
  return `${rule.family} rule ${ruleText(rule)}`;
}
