import { fail, ok, type Result } from '../model/problem.ts';
import type { Files } from '../ports/files.ts';
import { identify, isAlive, type ProcessId } from '../transaction/process.ts';

/** The daemon's pid, start time and boot id in one line: init scripts read the first word. */
export const presencePath = '/run/enid/daemon.pid';

/** Says that process `pid` is the daemon now. Errors: `locked` (another daemon runs), `file-…`. */
export async function announce(
  files: Pick<Files, 'read' | 'readText' | 'write'>,
  pid: number,
): Promise<Result<void>> {
  const other = await runningDaemon(files);
  if (!other.ok) return other;
  if (other.value !== null && other.value !== pid) {
    return fail(
      'locked',
      presencePath,
      `the daemon runs already (process ${other.value})`,
      'stop it first: systemctl stop enid',
    );
  }
  const self = await identify(files, pid);
  if (!self.ok) return self;
  if (self.value === null) throw new Error(`process ${pid} does not run`);
  const { start, boot } = self.value;
  return files.write(presencePath, `${pid} ${start} ${boot}\n`, { mode: 0o644 });
}

/** The pid of the daemon; null where none runs. Errors: `file-unreadable`. */
export async function runningDaemon(files: Pick<Files, 'read' | 'readText'>): Promise<Result<number | null>> {
  const text = await files.readText(presencePath);
  if (!text.ok) return text;
  const process = text.value === null ? null : parse(text.value);
  if (process === null) return ok(null);
  const alive = await isAlive(files, process);
  return alive.ok ? ok(alive.value ? process.pid : null) : alive;
}

function parse(text: string): ProcessId | null {
  const [, pid = '', start = '', boot = ''] = /^(\d+) (\d+) (\S*)\n$/.exec(text) ?? [];
  return pid === '' ? null : { pid: Number(pid), start, boot };
}
