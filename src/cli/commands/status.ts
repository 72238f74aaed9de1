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
export async function run({ ports, json, colour }: Context): Promise<Result<CommandOutput>> {
  const text = await ports.files.readText(statusPath);
  if (!text.ok) return text;
  if (text.value === null) {
    return fail(
      'file-unreadable',
      statusPath,
      'nothing ran since boot',
      'start the daemon: systemctl start enid',
    );
  }
  const status = parseStatus(text.value);
  if (!status.ok) return status;
  const exitCode = exitCodeOf[status.value.state];
  if (json) return ok({ text: `${JSON.stringify(status.value, null, 2)}\n`, exitCode });
  const daemon = await runningDaemon(ports.files);
  const isRunning = daemon.ok ? daemon.value !== null : null;
  const printed = printStatus(status.value, ports.clock.now(), painter(colour));
  const warning = 'The daemon does not run: this is how it was. Start it: systemctl start enid\n';
  return ok({ text: isRunning === false ? `${printed}\n${warning}` : printed, exitCode });
}

/** Only enid writes this file, and whole: beyond its schema number nothing is checked. */
function parseStatus(text: string): Result<Status> {
  try {
    const json: unknown = JSON.parse(text);
    if (typeof json === 'object' && json !== null && 'schema' in json && json.schema === 1)
      return ok(json as Status);
  } catch {
    // told below
  }
  return fail(
    'file-unreadable',
    statusPath,
    'is not of this version of enid',
    'restart the daemon: systemctl restart enid',
  );
}
