import type { DesiredSysctl } from '../model/desired.ts';
import type { FileChange } from '../model/file.ts';
import type { KernelState } from '../model/kernel.ts';
import { ok, type Result } from '../model/problem.ts';
import type { State } from '../model/state.ts';
import type { Files } from '../ports/files.ts';
import { bytesAfter } from '../transaction/content.ts';
import { planSysctls, readSysctls, type SysctlPlan } from './sysctls.ts';

/** sysctl.d(5): what enid wants of sysctls, one `key = value` a line, keys with slashes. */
const path = '/etc/sysctl.d/60-enid.conf';

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
  const change = changes.find((entry) => entry.path === path);
  if (change === undefined) return ok({ set: [], kept });
  const former = settingsIn(new TextDecoder().decode(bytesAfter(change) ?? new Uint8Array()), kernel);
  const values = await readSysctls(files, [...kept.keys(), ...former.map((setting) => setting.key)]);
  return values.ok ? ok(planSysctls(former, kept, values.value)) : values;
}

/** Of links that are there; a key of any other is not in the kernel either. */
function settingsIn(text: string, kernel: KernelState): readonly DesiredSysctl[] {
  return text.split('\n').flatMap((line): readonly DesiredSysctl[] => {
    const [, key, name, value] = /^(net\/ipv[46]\/\w+\/([^/\s=]+)\/\w+) = (\S+)$/.exec(line) ?? [];
    const mac = kernel.links.find((link) => link.name === name)?.mac ?? null;
    return key === undefined || value === undefined || mac === null ? [] : [{ key, value, mac }];
  });
}
