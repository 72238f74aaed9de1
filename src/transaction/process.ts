import { ok, type Result } from '../model/problem.ts';
import type { Files } from '../ports/files.ts';

/** A process that cannot be mistaken for another one that has its pid later, also after a reboot. */
export interface ProcessId {
  readonly pid: number;
  /** Ticks since boot at which it started: field 22 of /proc/PID/stat (proc(5)). */
  readonly start: string;
  /** /proc/sys/kernel/random/boot_id. */
  readonly boot: string;
}

/** Who has this pid now; null for nobody, and for a zombie, which does nothing any more. Errors: `file-unreadable`. */
export async function identify(files: Pick<Files, 'read'>, pid: number): Promise<Result<ProcessId | null>> {
  const [stat, boot] = await Promise.all([
    files.read(`/proc/${pid}/stat`),
    files.read('/proc/sys/kernel/random/boot_id'),
  ]);
  if (!stat.ok) return stat;
  if (!boot.ok) return boot;
  if (stat.value === null) return ok(null);
  // The second field is the program's name in parentheses, which may hold anything, more of them too.
  const line = Buffer.from(stat.value.bytes).toString('latin1');
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
  const [state, start] = [fields[0] ?? '', fields[19] ?? ''];
  if (/^[ZXx]/.test(state) || !/^\d+$/.test(start)) return ok(null);
  const bootId = boot.value === null ? '' : Buffer.from(boot.value.bytes).toString('latin1').trim();
  return ok({ pid, start, boot: bootId });
}

/** True while this very process runs. Errors: `file-unreadable`. */
export async function isAlive(files: Pick<Files, 'read'>, process: ProcessId): Promise<Result<boolean>> {
  const now = await identify(files, process.pid);
  if (!now.ok) return now;
  return ok(now.value !== null && now.value.start === process.start && now.value.boot === process.boot);
}
