import { openSession } from '../../agent/session.ts';
import { diagnose } from '../../doctor/checks.ts';
import { gather } from '../../doctor/gather/gather.ts';
import { ok, type Result } from '../../model/problem.ts';
import { exitCodes } from '../../report/exit-code.ts';
import type { CommandOutput, Context } from '../command.ts';
import { painter } from '../paint.ts';
import { doctorJson, printDoctor } from '../print-doctor.ts';
import { refuseRoot } from '../refuse-root.ts';
import { templatesOf } from '../templates.ts';

/**
 * `enid doctor`: looks, and changes nothing. Exit code: 0 when nothing is wrong, 3 (degraded) when at least one check found
 * a problem; warnings, and what could not be looked at, leave it at 0, since what keeps a check from being made (no
 * metadata, an unreadable kernel) is itself a problem of another check. A wrong configuration ends with 2.
 */
export async function run(context: Context): Promise<Result<CommandOutput>> {
  const refused = refuseRoot(context);
  if (refused !== null) return { ok: false, problem: refused };
  const { ports, configPath, stopping, json, colour } = context;
  const session = openSession(templatesOf(context), context.self);
  const findings = await gather(ports, { configPath, session, stopping });
  if (!findings.ok) return findings;
  const diagnoses = diagnose(findings.value);
  const isWrong = diagnoses.some(({ state }) => state === 'problem');
  const text = json ? doctorJson(diagnoses) : printDoctor(diagnoses, painter(colour));
  return ok({ text, exitCode: isWrong ? exitCodes.degraded : exitCodes.done });
}
