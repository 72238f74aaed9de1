import { runningDaemon } from '../../agent/presence.ts';
import { fail, ok, type Result } from '../../model/problem.ts';
import { exitCodes } from '../../report/exit-code.ts';
import { type Status, type StatusState, statusPath } from '../../report/status.ts';
import type { CommandOutput, Context } from '../command.ts';
import { painter } from '../paint.ts';
import { printStatus } from '../print-status.ts';

const exitCodeOf: Readonly<Record<StatusState, number>> = {
  ok: exitCodes.done,
  starting: exitCodes.done,
  degraded: exitCodes.degraded,
  failed: exitCodes.failed,
};

/** `enid status`: status.json and whether the daemon runs; nothing else is loaded or asked. */
export async function run({ ports, json, colour, root }: Context): Promise<Result<CommandOutput>> {
  const text = await ports.files.readText(statusPath);
  if (!text.ok) return text;
  if (text.value === null) {
    return fail(
      'file-unreadable',
      statusPath,
      root === '/' ? 'nothing ran since boot' : 'the image holds no status: it is of one boot',
      root === '/' ? 'start the daemon: systemctl start enid' : '',
    );
  }
  const status = parseStatus(text.value);
  if (!status.ok) return status;
  const exitCode = exitCodeOf[status.value.state];
  if (json) return ok({ text: `${JSON.stringify(status.value, null, 2)}\n`, exitCode });
  // Processes of this machine are none of an image's.
  const daemon = root === '/' ? await runningDaemon(ports.files) : ok(null);
  const isRunning = daemon.ok && root === '/' ? daemon.value !== null : null;
  const printed = printStatus(status.value, ports.clock.now(), painter(colour));
  const warning = 'The daemon does not run: this is how it was. Start it: systemctl start enid\n';
  return ok({ text: isRunning === false ? `${printed}\n${warning}` : printed, exitCode });
}

/** Only enid writes this file, and whole; what is printed of it is checked all the same: another version may have. */
function parseStatus(text: string): Result<Status> {
  try {
    const json: unknown = JSON.parse(text);
    // The daemon of a version that knew no notes may still run.
    const whole = isRecord(json) ? { notes: [], ...json } : json;
    if (isStatus(whole)) return ok(whole);
  } catch {
    // told below
  }
  return fail(
    'file-unreadable',
    statusPath,
    'is not as enid writes it, or of another version',
    'restart the daemon: systemctl restart enid',
  );
}

function isStatus(json: unknown): json is Status {
  if (!isRecord(json) || json.schema !== 1) return false;
  const { state, distro, lastRun, interfaces, problems, notes } = json;
  return (
    typeof state === 'string' &&
    Object.keys(exitCodeOf).includes(state) &&
    (distro === null || isRecord(distro)) &&
    (lastRun === null || isRecord(lastRun)) &&
    Array.isArray(interfaces) &&
    interfaces.every(isInterface) &&
    Array.isArray(problems) &&
    problems.every(isRecord) &&
    Array.isArray(notes) &&
    notes.every((note) => typeof note === 'string')
  );
}

function isInterface(nic: unknown): boolean {
  return (
    isRecord(nic) &&
    [nic.state, nic.role, nic.mac].every((part) => typeof part === 'string') &&
    Array.isArray(nic.addresses) &&
    Array.isArray(nic.differences)
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
