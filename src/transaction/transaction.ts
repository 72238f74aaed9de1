import type { FileChange } from '../model/file.ts';
import { fail, ok, type Problem, type Result } from '../model/problem.ts';
import type { State } from '../model/state.ts';
import type { Files } from '../ports/files.ts';
import type { Ports } from '../ports/ports.ts';
import { saveState } from '../state/save.ts';
import { stillAsPlanned } from './begin.ts';
import type { Armed } from './deadman.ts';
import { removeEmptied } from './directories.ts';
import { prune } from './history.ts';
import { type Journal, openJournal, placesOf } from './journal.ts';
import { withOwned } from './owned.ts';

/** A transaction under way, in this process or found on disk. */
export interface Transaction {
  readonly id: string;
  readonly journal: Journal;
}

/** Notes the armed dead-man timer; without one no step may run. Errors: `file-unwritable`. */
export function noteArmed(transaction: Transaction, deadman: Armed): Promise<Result<void>> {
  return transaction.journal.append({ phase: 'armed', deadman });
}

/**
 * Notes that steps run from here on: `releasing` before the files change, `activating` after it. A rollback then
 * climbs the ladder. Errors: `deadman-unarmed`, `file-unwritable`.
 */
export function beginSteps(
  transaction: Transaction,
  phase: 'releasing' | 'activating',
): Promise<Result<void>> {
  if (!transaction.journal.records().some((record) => record.phase === 'armed')) {
    return Promise.resolve(
      fail('deadman-unarmed', transaction.id, 'no dead-man timer is armed, so no step may run'),
    );
  }
  return transaction.journal.append({ phase });
}

/** Notes one step before it runs. Errors: `file-unwritable`. */
export function noteStep(transaction: Transaction, argv: readonly string[]): Promise<Result<void>> {
  return transaction.journal.append({ phase: 'step', argv });
}

/**
 * Writes and removes the files. After an error some are changed and some are not: roll back.
 * Errors: `edited` (somebody changed a file since the backup), `file-unreadable`, `file-unwritable`.
 */
export async function writeFiles(
  ports: Pick<Ports, 'files'>,
  transaction: Transaction,
  changes: readonly FileChange[],
): Promise<Result<void>> {
  const begun = await transaction.journal.append({ phase: 'writing' });
  if (!begun.ok) return begun;
  for (const change of changes) {
    const still = await stillAsPlanned(ports.files, change);
    if (!still.ok) return still;
    const made = await make(ports.files, change);
    if (!made.ok) return made;
  }
  return transaction.journal.append({ phase: 'written' });
}

function make(files: Files, change: FileChange): Promise<Result<void>> {
  if (change.after === null) return files.remove(change.path);
  const { mode, text, original } = change.after;
  if (original === undefined) return files.write(change.path, text, { mode });
  return files.write(change.path, original.bytes, { mode, uid: original.uid, gid: original.gid });
}

export interface Committed {
  /** With the new owned files, as saved. */
  readonly state: State;
  /** The change stands, but what follows the decision failed; the next start finishes it. Never roll back for it. */
  readonly problem: Problem | null;
}

/**
 * Decides that the change stands, saves `state` with the new owned files, and closes the transaction. One that
 * changed no file leaves nothing behind. Errors, before the decision: `file-unwritable`; roll back then.
 */
export async function commit(
  ports: Pick<Ports, 'files'>,
  transaction: Transaction,
  state: State,
): Promise<Result<Committed>> {
  const decided = await transaction.journal.append({ phase: 'committed' });
  if (!decided.ok) return decided;
  return ok(await finishCommitted(ports, transaction, state));
}

/**
 * What follows the decision: directories that enid made and that are empty now go, then state.json, then the transaction is
 * no longer pending. `state` is that of before, or what an earlier attempt saved.
 */
export async function finishCommitted(
  ports: Pick<Ports, 'files'>,
  transaction: Transaction,
  state: State,
): Promise<Committed> {
  const { owned: changes, directories: made } = transaction.journal.planned;
  const owned = withOwned(state.files, changes, 'after');
  const tidied = await removeEmptied(ports.files, [...state.directories, ...made], owned.keys());
  const after = { ...state, files: owned, directories: tidied.kept };
  const closed = await close(ports.files, transaction, after);
  return { state: after, problem: closed.ok ? (tidied.problems[0] ?? null) : closed.problem };
}

async function close(files: Files, transaction: Transaction, state: State): Promise<Result<void>> {
  const saved = await saveState(files, state);
  if (!saved.ok) return saved;
  const places = placesOf(transaction.id);
  const closed = await files.remove(places.pending);
  if (!closed.ok) return closed;
  if (transaction.journal.planned.changes.length === 0) return files.removeTree(places.directory);
  return prune(files);
}

/** A transaction found on disk; null where its journal was never begun. Errors: `journal-corrupt`, `file-unreadable`. */
export async function openTransaction(files: Files, id: string): Promise<Result<Transaction | null>> {
  const journal = await openJournal(files, id);
  if (!journal.ok) return journal;
  return ok(journal.value === null ? null : { id, journal: journal.value });
}
