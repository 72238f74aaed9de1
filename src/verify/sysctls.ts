import type { Difference } from '../model/difference.ts';
import type { Comparison } from './comparison.ts';

/**
 * Sysctls with another value than desired; they are set through files, not by `ip`. A key that the kernel does not
 * have (no IPv6, no link) is no difference: the link's absence is one of its own.
 */
export function sysctlDifferences({ network, context }: Comparison): readonly Difference[] {
  return network.sysctls.flatMap(({ key, value, mac }) => {
    const current = context.sysctls?.get(key);
    if (current === undefined || current === null || current === value) return [];
    return [{ kind: 'sysctl', mac, text: `sysctl ${key} is ${current} instead of ${value}`, mend: [] }];
  });
}
