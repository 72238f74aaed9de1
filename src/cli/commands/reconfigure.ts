import { type RunOptions, runOnce } from '../../agent/pipeline.ts';
import { openSession } from '../../agent/session.ts';
import { loadConfig } from '../../config/load.ts';
import { fail, ok, type Result } from '../../model/problem.ts';
import type { RunReport } from '../../model/run.ts';
import { exitCodeAtBoot, exitCodeOfRun, exitCodes } from '../../report/exit-code.ts';
import { writeReport } from '../../report/publish.ts';
import { canBeTakenBack } from '../../transaction/history.ts';
import type { CommandOutput, Context } from '../command.ts';
import { refuseContainer } from '../container.ts';
import { waitingHttp } from '../http.ts';
import { painter } from '../paint.ts';
import { printRun, runJson } from '../print-run.ts';
import { refuseRoot } from '../refuse-root.ts';
import { templatesOf } from '../templates.ts';
import { run as plan } from './plan.ts';

/** `enid reconfigure`: one run, for a person or for the boot. */
export async function run(context: Context): Promise<Result<CommandOutput>> {
  const { ports, flags, json, force } = context;
  if (flags.has('dry-run')) return plan(context);
  const boot = flags.has('boot');
  const seconds = readSeconds(flags.get('wait'));
  if (!seconds.ok) return seconds;
  const refused = refuseRoot(context) ?? (force ? null : await refuseContainer(ports));
  if (refused !== null) return boot ? harmless(context, refused.message) : { ok: false, problem: refused };
  const report = await runUntil(context, seconds.value);
  const config = await loadConfig(ports.files, context.configPath);
  await writeReport(ports, report, config.ok ? config.value.metrics.textfile : null);
  const exitCode = boot && isLocked(report) ? exitCodes.tryLater : exitCodeOfRun(report);
  if (boot && exitCode !== exitCodeAtBoot(exitCode)) {
    ports.log.warn('the boot goes on all the same', { outcome: report.outcome, exitCode });
  }
  const undo = await undoOf(ports.files, report);
  const text = json
    ? runJson(report, undo)
    : printRun(report, undo, ports.clock.now(), painter(context.colour));
  return ok({ text, exitCode: boot ? exitCodeAtBoot(exitCode) : exitCode });
}

/** The transaction that `enid rollback` knows: a change without files, or one that was put back, is none. */
async function undoOf(files: Context['ports']['files'], { transaction }: RunReport): Promise<string | null> {
  return transaction !== null && (await canBeTakenBack(files, transaction)) ? transaction : null;
}

/** Another enid is at work: it brings about what this one would. */
function isLocked({ problems }: RunReport): boolean {
  return problems[0]?.code === 'locked';
}

/** Milliseconds between two tries while there is time. */
const pauses: readonly number[] = [200, 500, 1_000, 2_000];

/**
 * Runs until the metadata could be read or the time is over. At boot the last try goes on with the last good metadata
 * of this instance. Without `--wait` there is one try, and in an unknown cloud too. Waiting for another enid counts as waiting.
 */
async function runUntil(context: Context, waitMs: number | null): Promise<RunReport> {
  const { ports, configPath, force, flags, stopping } = context;
  const { clock } = ports;
  const boot = flags.has('boot');
  const until = clock.monotonic() + (waitMs ?? 0);
  const session = openSession(templatesOf(context), context.self);
  const trigger: RunOptions['trigger'] = boot
    ? { kind: 'boot', detail: 'enid reconfigure --boot' }
    : { kind: 'manual', detail: 'enid reconfigure' };
  const options = { configPath, force, restart: flags.has('restart'), pid: process.pid, stopping, trigger };
  const run = (unread: RunOptions['unread']): Promise<RunReport> => {
    if (waitMs === null) return runOnce(ports, { ...options, unread }, session);
    const inTime: RunOptions = {
      ...options,
      unread,
      // Read when that wait begins: by then the metadata has had its part of the time.
      get lockPatience() {
        return Math.max(0, until - clock.monotonic());
      },
    };
    return runOnce({ ...ports, http: waitingHttp(ports.http, clock, until) }, inTime, session);
  };
  for (let tries = 0; ; tries++) {
    const report = await run(boot && waitMs === null ? 'believe' : 'fail');
    if (waitMs === null || report.outcome !== 'unknown') return report;
    const pause = pauses[Math.min(tries, pauses.length - 1)] ?? 0;
    if (stopping.aborted || clock.monotonic() + pause >= until || isForGood(report)) {
      return boot ? run('believe') : report;
    }
    await clock.sleep(pause, stopping);
  }
}

/** The firmware's tables do not change while the machine runs: what cloud this is, waiting will not tell. */
function isForGood({ problems }: RunReport): boolean {
  return problems[0]?.code === 'provider-unknown';
}

/** Milliseconds; null where the flag is not given. Errors: `usage`. */
function readSeconds(text: string | undefined): Result<number | null> {
  if (text === undefined) return ok(null);
  const seconds = /^(\d{1,4})s?$/.exec(text)?.[1];
  if (seconds === undefined)
    return fail('usage', '--wait', 'is not a number of seconds', 'expected e.g. --wait 10');
  return ok(Number(seconds) * 1000);
}

function harmless({ ports }: Context, why: string): Result<CommandOutput> {
  ports.log.warn('nothing is done at this boot', { why });
  return ok({ text: '', exitCode: 0 });
}
