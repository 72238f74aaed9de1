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

/** `enid status`: one file read, nothing else loaded or asked. */
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
  const now = ports.clock.now();
  return ok({
    text: json
      ? `${JSON.stringify(status.value, null, 2)}\n`
      : printStatus(status.value, now, painter(colour)),
    exitCode: exitCodeOf[status.value.state],
  });
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
