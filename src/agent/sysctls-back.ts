import { planSysctls, readSysctls, type SysctlPlan, sysctlsPath } from '../kernel/sysctls.ts';
import { settingsIn } from '../kernel/sysctls-file.ts';
import type { FileChange } from '../model/file.ts';
import type { KernelState } from '../model/kernel.ts';
import { ok, type Result } from '../model/problem.ts';
import type { State } from '../model/state.ts';
import type { Files } from '../ports/files.ts';
import { bytesAfter } from '../transaction/content.ts';

/**
 * What to set so that the kernel holds what the former file asks for, and what it no longer asks for is as it was before
 * enid set it; nothing where that file stays. Errors: `file-unreadable`.
 */
export async function planSysctlsBack(
  files: Pick<Files, 'readText'>,
  changes: readonly FileChange[],
  kept: State['sysctls'],
  kernel: KernelState,
): Promise<Result<SysctlPlan>> {
  const change = changes.find((entry) => entry.path === sysctlsPath);
  if (change === undefined) return ok({ set: [], kept });
  const macs = new Map(kernel.links.map((link) => [link.name, link.mac]));
  const former = settingsIn(new TextDecoder().decode(bytesAfter(change) ?? new Uint8Array()), macs);
  const values = await readSysctls(files, [...kept.keys(), ...former.map((setting) => setting.key)]);
  return values.ok ? ok(planSysctls(former, kept, values.value)) : values;
}
