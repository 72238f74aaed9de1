import { formOf } from '../kernel/band.ts';
import { commonRoute } from '../model/common-route.ts';
import type { DesiredNetwork } from '../model/desired.ts';
import type { KernelRoute, KernelRule, KernelState } from '../model/kernel.ts';
import { commonRule, isCommonRule } from './commons.ts';
import type { DifferenceContext } from './comparison.ts';
import { isOwnSource, sourcesByTable } from './own-sources.ts';
import { isAccounted } from './routes.ts';

/**
 * Sentences about the routes in the tables of the slots, and the rules into these tables, that somebody else set: they stay as
 * they are. Neither desired, nor remembered as set by us, nor kept there by the kernel, a lease or a network service.
 */
export function strangers(
  kernel: KernelState,
  network: DesiredNetwork,
  context: Pick<DifferenceContext, 'slots' | 'tableBase' | 'gone' | 'commons' | 'sources' | 'unlisted'>,
): readonly string[] {
  const { slots, tableBase, unlisted = [] } = context;
  const tables = new Set([tableBase, ...[...slots.values()].map((slot) => tableBase + slot)]);
  const commons = new Set(context.commons);
  const sources = sourcesByTable(network, context);
  const desired = new Set([...unlisted, ...network.secondaries.flatMap((nic) => nic.rules)].map(commonRule));
  const isOursRule = (rule: KernelRule): boolean => {
    if (!rule.special && (desired.has(commonRule(rule)) || commons.has(commonRule(rule)))) return true;
    return isOwnSource(rule, tableBase, sources) || isOfOurForm(rule, tableBase);
  };
  const isOursRoute = (route: KernelRoute): boolean =>
    isAccounted(route, network) || commons.has(commonRoute(route));
  const routes = kernel.routes.filter((route) => tables.has(route.table) && !isOursRoute(route));
  const rules = kernel.rules.filter((rule) => tables.has(rule.table ?? -1) && !isOursRule(rule));
  return [
    ...routes.map(({ spec }) => `route ${spec} is not of enid: it is left as it is`),
    ...rules.map(({ spec }) => `rule ${spec} is not of enid: it is left as it is`),
  ];
}

/** Of a form that only enid uses and of which nothing is remembered. A rule that serves a subnet is remembered. */
function isOfOurForm(rule: KernelRule, base: number): boolean {
  const form = formOf(rule, base);
  return form !== null && form !== 'source' && !isCommonRule(rule, base);
}
