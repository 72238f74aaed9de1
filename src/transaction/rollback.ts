import type { Problem } from '../model/problem.ts';
import type { Files } from '../ports/files.ts';
import type { Ports } from '../ports/ports.ts';
import { loadState } from '../state/load.ts';
import { saveState } from '../state/save.ts';
import { prune } from './history.ts';
import { placesOf } from './journal.ts';
import { climb, runSteps, type World } from './ladder.ts';
import { withOwned } from './owned.ts';
import type { Rung, Undo } from './records.ts';
import { restoreFiles } from './restore.ts';
import type { Transaction } from './transaction.ts';

/** How the rollback itself went; why it was needed is told elsewhere. */
export interface RollbackReport {
  readonly id: string;
  readonly rung: Rung;
  /** Every file is back (but for those of somebody else that stand there now), and the machine is reachable where steps had run. */
  readonly worked: boolean;
  readonly restored: readonly string[];
  /** Copies of what somebody else wrote into the files meanwhile. */
  readonly displaced: readonly string[];
  readonly problems: readonly Problem[];
  /** Sentences for people, in order. */
  readonly done: readonly string[];
}

/**
 * Undoes a transaction that was not committed, in the mirror of its order: where steps had run, those that need the new
 * files (`undo.release`), then the files, the sysctls, then the ladder. It goes on whatever fails: a journal that
 * cannot be written or a file that cannot be put back is reported, and the rest is done.
 * With every file back the transaction is closed; otherwise it stays pending for the next start.
 * `world` null: offline, the files only (early boot, an image).
 */
export async function rollBack(
  ports: Pick<Ports, 'files'>,
  transaction: Transaction,
  why: string,
  world: World | null,
): Promise<RollbackReport> {
  const { journal, id } = transaction;
  const phases = new Set(journal.records().map((record) => record.phase));
  if (phases.has('committed'))
    throw new Error(`${id} is committed: it cannot be rolled back, only taken back`);
  const problems: Problem[] = [];
  const noted = await journal.append({ phase: 'undoing', why });
  if (!noted.ok) problems.push(noted.problem);

  const active = phases.has('releasing') || phases.has('activating') || phases.has('step');
  const done: string[] = [];
  if (active && world !== null) problems.push(...(await runSteps(journal.planned.undo.release, world, done)));
  const touched = phases.has('backed-up');
  const files = touched ? await restoreFiles(ports.files, journal.planned) : nothing;
  problems.push(...files.problems, ...files.kept, ...(await disown(ports, transaction)));
  const { undo, snapshot } = journal.planned;
  if (active && world !== null) problems.push(...(await restoreSysctls(ports.files, undo.sysctls ?? [])));
  const snapshots = { goal: snapshot, before: snapshot };
  const climbed = active && world !== null ? await climb(undo, snapshots, world) : filesOnly;
  problems.push(...climbed.problems);

  const back = files.problems.length === 0;
  const worked = back && climbed.worked;
  if (back) problems.push(...(await close(ports, transaction, climbed.rung, worked)));
  return {
    id,
    rung: climbed.rung,
    worked,
    restored: files.paths,
    displaced: files.displaced,
    problems,
    done: [...done, ...files.paths.map((path) => `put back ${path}`), ...climbed.done],
  };
}

const nothing = { paths: [], displaced: [], kept: [], problems: [] };
const filesOnly = { rung: 'files', worked: true, problems: [], done: [] } as const;

/** Sets sysctls again, whatever fails; gives what could not be set. A key that is gone with its link is no problem. */
export async function restoreSysctls(
  files: Pick<Files, 'poke' | 'readText'>,
  sysctls: NonNullable<Undo['sysctls']>,
): Promise<readonly Problem[]> {
  const problems: Problem[] = [];
  for (const { key, value } of sysctls) {
    const path = `/proc/sys/${key}`;
    const set = await files.poke(path, value);
    if (set.ok) continue;
    const still = await files.readText(path);
    if (!still.ok || still.value !== null) problems.push(set.problem);
  }
  return problems;
}

/** state.json says what it said before, also where a commit was under way when its record was lost. */
async function disown(ports: Pick<Ports, 'files'>, transaction: Transaction): Promise<readonly Problem[]> {
  const state = await loadState(ports.files);
  if (!state.ok) return [state.problem];
  const files = withOwned(state.value.files, transaction.journal.planned.owned, 'before');
  const saved = await saveState(ports.files, { ...state.value, files });
  return saved.ok ? [] : [saved.problem];
}

async function close(
  ports: Pick<Ports, 'files'>,
  transaction: Transaction,
  rung: Rung,
  worked: boolean,
): Promise<readonly Problem[]> {
  const noted = await transaction.journal.append({ phase: 'undone', rung, worked });
  const closed = await ports.files.remove(placesOf(transaction.id).pending);
  const pruned = await prune(ports.files);
  return [noted, closed, pruned].flatMap((result) => (result.ok ? [] : [result.problem]));
}
