import type { ChildProcess } from 'node:child_process';
import { fail, ok, type Result } from '../../model/problem.ts';

/** Milliseconds between SIGTERM and SIGKILL. */
const patience = 2_000;

/** How a process ended; exactly one of the three says something. */
export interface End {
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** It could not be started. */
  readonly error: NodeJS.ErrnoException | null;
}

const ends = new WeakMap<ChildProcess, Promise<End>>();

/** Settles once when the process is gone, whoever asks and however often. */
export function ended(child: ChildProcess): Promise<End> {
  const known = ends.get(child);
  if (known !== undefined) return known;
  const end = new Promise<End>((resolve) => {
    child.once('error', (error) => resolve({ exitCode: null, signal: null, error }));
    child.once('exit', (exitCode, signal) => resolve({ exitCode, signal, error: null }));
  });
  ends.set(child, end);
  return end;
}

const leaders = new Set<number>();
process.once('exit', () => {
  for (const leader of leaders) sendSignal(-leader, 'SIGTERM');
});

/** Ends the group with this process, however it ends short of SIGKILL: a monitor does not outlive its reader. */
export function endWithUs(child: ChildProcess): void {
  const { pid } = child;
  if (pid === undefined) return;
  leaders.add(pid);
  void ended(child).then(() => leaders.delete(pid));
}

/** Asks the group that the process leads to end, and ends it two seconds later if it has not. */
export function endGroup(child: ChildProcess): void {
  const group = child.pid;
  if (group === undefined) return;
  sendSignal(-group, 'SIGTERM');
  const timer = setTimeout(sendSignal, patience, -group, 'SIGKILL');
  // The leader may be gone while one it started ignores SIGTERM: only an empty group ends the wait.
  void ended(child).then(() => {
    if (!groupExists(group)) clearTimeout(timer);
  });
}

/** The `signal` of the exec port. */
export function sendSignal(pid: number, name: 'SIGTERM' | 'SIGKILL' | 'SIGHUP'): Result<boolean> {
  try {
    process.kill(pid, name);
    return ok(true);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'ESRCH'
      ? ok(false)
      : fail('command-failed', `pid ${pid}`, `${name} could not be sent (${code})`);
  }
}

function groupExists(group: number): boolean {
  try {
    process.kill(-group, 0);
    return true;
  } catch {
    return false;
  }
}
