import type { DesiredNetwork } from '../model/desired.ts';
import type { Difference } from '../model/difference.ts';
import type { KernelState } from '../model/kernel.ts';
import { addressDifferences } from './addresses.ts';
import { comparison, type DifferenceContext } from './comparison.ts';
import { leakDifferences } from './leaks.ts';
import { linkDifferences, surplusLinks } from './links.ts';
import { mirrorDifferences } from './mirrors.ts';
import { restoredPrimary } from './restored.ts';
import { routeDifferences } from './routes.ts';
import { ruleDifferences } from './rules.ts';
import { sysctlDifferences } from './sysctls.ts';

export type { DifferenceContext } from './comparison.ts';

/**
 * In what the kernel is not as desired, in the order in which the mends can be run as one `ip -batch`: NICs' own rules away,
 * routes away, links up, addresses, routes on the link, routes by a gateway, rules, rules of subnets away, links away. Empty when the kernel is as
 * desired; what has no mend waits for somebody else (a lease, a file). The primary is never touched. Pure.
 */
export function differences(
  kernel: KernelState,
  network: DesiredNetwork,
  context: DifferenceContext,
): readonly Difference[] {
  const compared = comparison(kernel, network, context);
  const rules = ruleDifferences(compared);
  const routes = routeDifferences(compared);
  const mirrors = mirrorDifferences(compared);
  return [
    ...rules.removals,
    ...routes.removals,
    ...leakDifferences(compared),
    ...mirrors.removals,
    ...linkDifferences(compared),
    ...addressDifferences(compared),
    ...restoredPrimary(compared),
    ...routes.additions,
    ...mirrors.additions,
    ...rules.additions,
    ...rules.lateRemovals,
    ...sysctlDifferences(compared),
    ...surplusLinks(compared),
  ];
}
