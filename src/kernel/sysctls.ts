import type { DesiredSysctl } from '../model/desired.ts';
import { ok, type Result } from '../model/problem.ts';
import type { State } from '../model/state.ts';
import type { Files } from '../ports/files.ts';

/** sysctl.d(5): what enid wants of sysctls, one `key = value` a line, keys with slashes. */
export const sysctlsPath = '/etc/sysctl.d/60-enid.conf';

/** Values by key with slashes; null where the kernel has no such key (the link is not there, no IPv6). */
export type SysctlValues = ReadonlyMap<string, string | null>;

type Kept = State['sysctls'];

/** Reads keys below /proc/sys. Errors: `file-unreadable`. */
export async function readSysctls(
  files: Pick<Files, 'readText'>,
  keys: Iterable<string>,
): Promise<Result<SysctlValues>> {
  const values = new Map<string, string | null>();
  for (const key of keys) {
    const text = await files.readText(`/proc/sys/${key}`);
    if (!text.ok) return text;
    values.set(key, text.value?.trim() ?? null);
  }
  return ok(values);
}

/** One value to set, and the one it replaces. */
export interface SysctlSetting {
  readonly key: string;
  readonly value: string;
  readonly current: string;
}

export interface SysctlPlan {
  readonly set: readonly SysctlSetting[];
  /** What state.json must remember before anything is set. */
  readonly kept: Kept;
}

/**
 * What to set so that the desired values hold and those no longer desired are as they were before us. A value that
 * somebody changed since we set it is theirs: it is left alone and forgotten.
 */
export function planSysctls(desired: readonly DesiredSysctl[], kept: Kept, values: SysctlValues): SysctlPlan {
  const set: SysctlSetting[] = [];
  const next = new Map(kept);
  const wanted = new Set(desired.map((sysctl) => sysctl.key));
  for (const { key, value } of desired) {
    const current = values.get(key) ?? null;
    if (current === null || current === value) continue;
    set.push({ key, value, current });
    next.set(key, { former: kept.get(key)?.former ?? current, ours: value });
  }
  for (const [key, { former, ours }] of kept) {
    if (wanted.has(key)) continue;
    next.delete(key);
    if (values.get(key) === ours && former !== ours) set.push({ key, value: former, current: ours });
  }
  return { set, kept: next };
}

/** Sets the values in order. Errors: `file-unwritable`; a key that vanished with its link is passed over. */
export async function setSysctls(
  files: Pick<Files, 'poke' | 'readText'>,
  set: SysctlPlan['set'],
): Promise<Result<void>> {
  for (const { key, value } of set) {
    const written = await files.poke(`/proc/sys/${key}`, value);
    if (written.ok) continue;
    const still = await files.readText(`/proc/sys/${key}`);
    if (!still.ok || still.value !== null) return written;
  }
  return ok(undefined);
}

/**
 * Sets again what somebody set otherwise while NICs were taken up: NetworkManager loosens rp_filter of a NIC whose
 * default route is not the best one, and sets it back to 1 once it has none. Errors: those of reading and setting.
 */
export async function holdSysctls(
  files: Pick<Files, 'poke' | 'readText'>,
  desired: readonly DesiredSysctl[],
  kept: Kept,
): Promise<Result<SysctlPlan>> {
  const values = await readSysctls(
    files,
    desired.map((sysctl) => sysctl.key),
  );
  if (!values.ok) return values;
  const plan = planSysctls(desired, kept, values.value);
  const set = await setSysctls(files, plan.set);
  return set.ok ? ok(plan) : set;
}

/** The settings that undo a plan, last first. */
export function undoSysctls(plan: SysctlPlan): SysctlPlan['set'] {
  return [...plan.set].reverse().map(({ key, value, current }) => ({ key, value: current, current: value }));
}
