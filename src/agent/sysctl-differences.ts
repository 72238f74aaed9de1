import type { SysctlPlan } from '../kernel/sysctls.ts';
import type { DesiredSysctl } from '../model/desired.ts';
import type { Difference } from '../model/difference.ts';
import type { KernelState } from '../model/kernel.ts';
import type { Mac } from '../model/mac.ts';

/** What the plan would change, as differences for `plan` and `status`. */
export function sysctlDifferences(
  desired: readonly DesiredSysctl[],
  plan: SysctlPlan,
  kernel: KernelState,
): readonly Difference[] {
  const owners = new Map<string, Mac>(desired.map((sysctl) => [sysctl.key, sysctl.mac]));
  const macOfLink = (key: string): Mac | null => {
    const link = kernel.links.find((entry) => key.includes(`/conf/${entry.name}/`));
    return link?.mac ?? null;
  };
  return plan.set.map(({ key, value }) => ({
    kind: 'sysctl',
    mac: owners.get(key) ?? macOfLink(key),
    text: `sysctl ${key} should be ${value}`,
    mend: [],
  }));
}
