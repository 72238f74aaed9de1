import { dirname } from 'node:path';
import type { Mac } from '../model/mac.ts';
import { fail, ok, type Problem, type Result } from '../model/problem.ts';
import type { Files } from '../ports/files.ts';
import type { Ports } from '../ports/ports.ts';
import { loadState, statePath } from '../state/load.ts';
import { pendingTransactions, transactionIds } from './history.ts';
import { placesOf, transactionsPath } from './journal.ts';
import type { World } from './ladder.ts';
import { lockPath, takeLock } from './lock.ts';
import { type Placed, putInPlace } from './misplaced.ts';
import type { Planned } from './records.ts';
import { removeTemporaries, sweepTemporaries } from './restore.ts';
import { type RollbackReport, rollBack } from './rollback.ts';
import { allowOnceMore } from './torn.ts';
import { finishCommitted, openTransaction, type Transaction } from './transaction.ts';

/** What was done about one transaction that a crash or a power cut left open. */
export type Recovered =
  | { readonly id: string; readonly kind: 'undone'; readonly report: RollbackReport }
  | { readonly id: string; readonly kind: 'finished' }
  /** Given up before anything was touched. */
  | { readonly id: string; readonly kind: 'dropped' }
  /** Its journal is corrupt or of a newer enid: moved as it is, nothing undone, so that other changes are not held up. */
  | { readonly id: string; readonly kind: 'set-aside'; readonly where: string; readonly problem: Problem }
  | { readonly id: string; readonly kind: 'failed'; readonly problem: Problem };

export interface Recovery extends Placed {
  readonly transactions: readonly Recovered[];
}

/**
 * `enid recover`, early in boot, before the network service or netplan's generator can read half a change: closes
 * torn transactions offline (files only), then sees to it that nothing of ours falls on a NIC that has another one's name
 * now. `links`: the MACs of this machine's NICs by name; none where the files are those of another machine.
 * Errors: `locked`, `file-unreadable`, `file-unwritable`, `state-corrupt`.
 */
export async function recover(
  ports: Pick<Ports, 'files' | 'clock'>,
  pid: number,
  links: ReadonlyMap<string, Mac>,
): Promise<Result<Recovery>> {
  const lock = await takeLock(ports.files, pid, 'recover');
  if (!lock.ok) return lock;
  const done = await recoverLocked(ports, pid, links);
  const released = await lock.value.release();
  return done.ok && !released.ok ? released : done;
}

async function recoverLocked(
  ports: Pick<Ports, 'files' | 'clock'>,
  pid: number,
  links: ReadonlyMap<string, Mac>,
): Promise<Result<Recovery>> {
  const transactions = await finishPending(ports, offline);
  if (!transactions.ok) return transactions;
  const placed = await putInPlace(ports, pid, links);
  return placed.ok ? ok({ transactions: transactions.value, ...placed.value }) : placed;
}

/** Where no network service runs yet: the files are put back, and no more. */
export const offline = (): Promise<null> => Promise.resolve(null);

/**
 * Closes every open transaction, newest first: a committed one is finished, any other undone. The lock must be
 * held. `worldFor` is asked for the machine just before a transaction is undone; null: files only. Errors: `file-unreadable`; what fails for one transaction is in its entry.
 */
export async function finishPending(
  ports: Pick<Ports, 'files'>,
  worldFor: (planned: Planned) => Promise<World | null>,
): Promise<Result<readonly Recovered[]>> {
  const pending = await pendingTransactions(ports.files);
  if (!pending.ok) return pending;
  const cleaned = [
    ...(await removeTemporaries(ports.files, [statePath])),
    ...(await sweepTemporaries(ports.files, await writtenDirectories(ports.files))),
  ];
  const recovered: Recovered[] = cleaned.map((problem) => ({ id: statePath, kind: 'failed', problem }));
  for (const id of pending.value) recovered.push(await close(ports, id, worldFor));
  return ok(recovered);
}

/**
 * Where enid writes: beside the files that it owns, run time, and every transaction that is kept. A state.json that cannot be
 * read is reported by what needs it.
 */
async function writtenDirectories(files: Files): Promise<readonly string[]> {
  const ids = await transactionIds(files);
  const kept = (ids.ok ? ids.value : []).map((id) => placesOf(id).directory);
  const state = await loadState(files);
  const owned = state.ok ? [...state.value.files.keys()].map((path) => dirname(path)) : [];
  const beside = [...new Set([...owned, dirname(lockPath), transactionsPath])];
  return [...beside, ...kept.flatMap((path) => [path, `${path}/backup`])];
}

async function close(
  ports: Pick<Ports, 'files'>,
  id: string,
  worldFor: (planned: Planned) => Promise<World | null>,
): Promise<Recovered> {
  const { files } = ports;
  const opened = await openTransaction(files, id);
  if (!opened.ok) {
    return opened.problem.code === 'journal-corrupt' || opened.problem.code === 'journal-version'
      ? setAside(files, id, opened.problem)
      : { id, kind: 'failed', problem: opened.problem };
  }
  const transaction = opened.value;
  const lost = transaction === null ? await lostJournal(files, id) : null;
  if (lost !== null) return setAside(files, id, lost);
  const phases = new Set(transaction?.journal.records().map((record) => record.phase) ?? []);
  if (transaction === null || !phases.has('backed-up')) {
    const removed = await files.removeTree(placesOf(id).directory);
    return removed.ok ? { id, kind: 'dropped' } : { id, kind: 'failed', problem: removed.problem };
  }
  if (phases.has('committed')) return finish(ports, transaction);
  // Undone already, and stopped before it was closed: the network was brought back then.
  const world = phases.has('undone') ? null : await worldFor(transaction.journal.planned);
  const report = await rollBack(ports, transaction, 'enid was stopped in the middle of it', world);
  const { plan } = transaction.journal.planned;
  const isTorn = report.worked && plan !== undefined && !phases.has('undoing');
  const problems = isTorn ? await allowOnceMore(files, plan) : [];
  return { id, kind: 'undone', report: { ...report, problems: [...report.problems, ...problems] } };
}

async function finish(ports: Pick<Ports, 'files'>, transaction: Transaction): Promise<Recovered> {
  const { id, journal } = transaction;
  const [left] = await removeTemporaries(
    ports.files,
    journal.planned.changes.map((change) => change.path),
  );
  if (left !== undefined) return { id, kind: 'failed', problem: left };
  const state = await loadState(ports.files);
  if (!state.ok) return { id, kind: 'failed', problem: state.problem };
  const { problem } = await finishCommitted(ports, transaction, state.value);
  return problem === null ? { id, kind: 'finished' } : { id, kind: 'failed', problem };
}

/**
 * Backups are made after the first line of the journal is on disk: where there are some, no crash cut that line off. (Where
 * the file itself is gone, a transaction that touched nothing was being removed.)
 */
async function lostJournal(files: Files, id: string): Promise<Problem | null> {
  const { directory, journal } = placesOf(id);
  const [backups, there] = [await files.list(`${directory}/backup`), await files.kind(journal)];
  if (!backups.ok) return backups.problem;
  if (!there.ok) return there.problem;
  if (there.value === null || (backups.value ?? []).length === 0) return null;
  return fail('journal-corrupt', journal, 'the journal has no first line, its backups are there').problem;
}

async function setAside(files: Files, id: string, problem: Problem): Promise<Recovered> {
  const where = await freePlace(files, `${problem.code === 'journal-version' ? 'newer' : 'corrupt'}-${id}`);
  const moved = await files.rename(placesOf(id).directory, where);
  return moved.ok
    ? { id, kind: 'set-aside', where, problem }
    : { id, kind: 'failed', problem: moved.problem };
}

/** Never onto what was moved before. */
async function freePlace(files: Files, name: string): Promise<string> {
  for (let number = 1; ; number++) {
    const where = `${transactionsPath}/${name}${number === 1 ? '' : `-${number}`}`;
    const there = await files.kind(where);
    if (!there.ok || there.value === null) return where;
  }
}
