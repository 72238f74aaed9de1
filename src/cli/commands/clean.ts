import { runStep } from '../../activate/run.ts';
import { runningDaemon } from '../../agent/presence.ts';
import { stopForwarding as stopForwardingStep } from '../../forwarding/steps.ts';
import { forwardingPath } from '../../model/forwarding.ts';
import { describeProblem, fail, ok, type Problem, type Result } from '../../model/problem.ts';
import type { State } from '../../model/state.ts';
import { exitCodes } from '../../report/exit-code.ts';
import { statusPath } from '../../report/status.ts';
import { loadState, statePath } from '../../state/load.ts';
import { digestOf, isMarked } from '../../transaction/content.ts';
import { removeEmptied } from '../../transaction/directories.ts';
import { pendingTransactions } from '../../transaction/history.ts';
import { transactionsPath } from '../../transaction/journal.ts';
import { takeLock } from '../../transaction/lock.ts';
import type { CommandOutput, Context } from '../command.ts';

/**
 * `enid clean`: the files of ours, and the state that binds them to this instance's NICs. The kernel stays as it is, so
 * the machine stays reachable until it is shut down. A file that somebody edited stays, unless forced.
 */
export async function run({ ports, root, force, json }: Context): Promise<Result<CommandOutput>> {
  const daemon = root === '/' ? await runningDaemon(ports.files) : ok(null);
  if (!daemon.ok) return daemon;
  if (daemon.value !== null && !force) {
    const advice = 'systemctl stop enid, then clean, then shut down';
    return fail(
      'locked',
      `process ${daemon.value}`,
      'the daemon runs and would write everything again',
      advice,
    );
  }
  const lock = await takeLock(ports.files, process.pid, 'clean');
  if (!lock.ok) return lock;
  const pending = await pendingTransactions(ports.files);
  const state =
    pending.ok && pending.value.length > 0 ? unfinished(pending.value) : await loadState(ports.files);
  if (state.ok && root === '/') await stopForwarding(ports, state.value);
  const cleaned = state.ok ? await removeFiles(ports, state.value, force) : state;
  const removed = cleaned.ok ? await removeState(ports, cleaned.value) : cleaned;
  await lock.value.release();
  if (!removed.ok) return removed;
  const { gone, kept } = removed.value;
  const text = json ? `${JSON.stringify({ schema: 1, removed: gone, kept }, null, 2)}\n` : print(gone, kept);
  return ok({ text, exitCode: kept.length > 0 ? exitCodes.degraded : exitCodes.done });
}

/** Marks are of no use without the script that loads them at boot. The reachability of the machine does not depend on them. */
async function stopForwarding(ports: Context['ports'], { files }: State): Promise<void> {
  if (!files.has(forwardingPath)) return;
  const stopped = await runStep(ports, stopForwardingStep);
  if (!stopped.ok) ports.log.warn(describeProblem(stopped.problem));
}

function unfinished([id = '']: readonly string[]): Result<never> {
  return fail('locked', id, 'this change was cut off in the middle', 'finish or undo it first: enid recover');
}

interface Cleaned {
  readonly gone: readonly string[];
  /** Edited by somebody. */
  readonly kept: readonly string[];
}

async function removeFiles(
  { files }: Pick<Context['ports'], 'files'>,
  state: State,
  force: boolean,
): Promise<Result<Cleaned>> {
  const gone: string[] = [];
  const kept: string[] = [];
  for (const { path, digest } of state.files.values()) {
    const there = await files.read(path);
    if (!there.ok) return there;
    if (there.value === null) continue;
    if (!isMarked(there.value.bytes) || (digestOf(there.value.bytes) !== digest && !force)) {
      kept.push(path);
      continue;
    }
    const removed = await files.remove(path);
    if (!removed.ok) return removed;
    gone.push(path);
  }
  const tidied = await removeEmptied(files, state.directories, kept);
  const [problem] = tidied.problems;
  if (problem !== undefined) return { ok: false, problem };
  return ok({ gone: [...gone, ...tidied.removed], kept });
}

/** Slots, believed metadata, backups: with an edited file left, the state stays too, or it would be nobody's. */
async function removeState(
  { files }: Pick<Context['ports'], 'files'>,
  cleaned: Cleaned,
): Promise<Result<Cleaned>> {
  if (cleaned.kept.length > 0) return ok(cleaned);
  const problems: Problem[] = [];
  const gone = [...cleaned.gone];
  for (const path of [transactionsPath, statePath, statusPath]) {
    const there = await files.kind(path);
    if (there.ok && there.value === null) continue;
    const removed = await (path === transactionsPath ? files.removeTree(path) : files.remove(path));
    if (removed.ok) gone.push(path);
    else problems.push(removed.problem);
  }
  const [problem] = problems;
  return problem === undefined ? ok({ ...cleaned, gone }) : { ok: false, problem };
}

function print(gone: readonly string[], kept: readonly string[]): string {
  if (gone.length === 0 && kept.length === 0) return 'Clean already: nothing to remove.\n';
  const lines = [
    ...gone.map((path) => `removed ${path}`),
    ...kept.map((path) => `kept ${path}: somebody edited it; enid clean --force removes it too`),
    kept.length > 0
      ? 'The image is not clean yet.'
      : 'Clean. The running network is unchanged: shut down and make the image now.',
  ];
  return `${lines.join('\n')}\n`;
}
