import type { FileChange } from '../model/file.ts';
import { printable } from '../model/mac.ts';
import { fail, ok, type Problem, type Result } from '../model/problem.ts';
import type { State } from '../model/state.ts';
import type { Files } from '../ports/files.ts';
import { digestOf, foreignProblem, sameBytes } from './content.ts';
import { type Journal, openJournal, placesOf, transactionsPath } from './journal.ts';
import { withOwned } from './owned.ts';

/** Closed transactions whose backups are kept. */
export const keptTransactions = 10;

export interface PastTransaction {
  readonly id: string;
  /** ISO 8601, UTC; empty where the journal cannot be read. */
  readonly at: string;
  readonly why: string;
  /** `torn`: it was given up before anything changed. */
  readonly outcome: 'pending' | 'committed' | 'undone' | 'torn' | 'corrupt';
  readonly paths: readonly string[];
}

/** `000042-20240131T120102Z`: a number that only grows, so that order does not hang on the clock, and the time. */
const idForm = /^(\d{6,})-\d{8}T\d{6}Z$/;

/** Every transaction on disk, oldest first. Errors: `file-unreadable`. */
export async function transactionIds(files: Pick<Files, 'list'>): Promise<Result<readonly string[]>> {
  const entries = await files.list(transactionsPath);
  if (!entries.ok) return entries;
  const names = (entries.value ?? []).filter(
    (entry) => entry.kind === 'directory' && idForm.test(entry.name),
  );
  return ok(names.map((entry) => entry.name).sort((one, other) => numberOf(one) - numberOf(other)));
}

export async function nextId(files: Pick<Files, 'list'>, at: Date): Promise<Result<string>> {
  const ids = await transactionIds(files);
  if (!ids.ok) return ids;
  const last = ids.value[ids.value.length - 1];
  const next = (last === undefined ? 0 : numberOf(last)) + 1;
  return ok(`${String(next).padStart(6, '0')}-${at.toISOString().replace(/[-:]|\.\d+/g, '')}`);
}

function numberOf(id: string): number {
  return Number(idForm.exec(id)?.[1] ?? 0);
}

/** Those not closed, newest first: the order in which they are undone. Errors: `file-unreadable`. */
export async function pendingTransactions(
  files: Pick<Files, 'list' | 'kind'>,
): Promise<Result<readonly string[]>> {
  const ids = await transactionIds(files);
  if (!ids.ok) return ids;
  const pending: string[] = [];
  for (const id of ids.value) {
    const marker = await files.kind(placesOf(id).pending);
    if (!marker.ok) return marker;
    if (marker.value !== null) pending.unshift(id);
  }
  return ok(pending);
}

/** Removes the oldest closed transactions beyond those kept. Errors: `file-unreadable`, `file-unwritable`. */
export async function prune(files: Pick<Files, 'list' | 'kind' | 'removeTree'>): Promise<Result<void>> {
  const [ids, pending] = [await transactionIds(files), await pendingTransactions(files)];
  if (!ids.ok) return ids;
  if (!pending.ok) return pending;
  const closed = ids.value.filter((id) => !pending.value.includes(id));
  for (const id of closed.slice(0, Math.max(0, closed.length - keptTransactions))) {
    const removed = await files.removeTree(placesOf(id).directory);
    if (!removed.ok) return removed;
  }
  return ok(undefined);
}

/** Corrupt, or of a newer enid. */
function isUnreadable({ code }: Problem): boolean {
  return code === 'journal-corrupt' || code === 'journal-version';
}

/** For `enid rollback` without an id, and for people: newest first. Errors: `file-unreadable`. */
export async function listTransactions(files: Files): Promise<Result<readonly PastTransaction[]>> {
  const [ids, pending] = [await transactionIds(files), await pendingTransactions(files)];
  if (!ids.ok) return ids;
  if (!pending.ok) return pending;
  const past: PastTransaction[] = [];
  for (const id of ids.value) {
    const journal = await openJournal(files, id);
    if (!journal.ok && !isUnreadable(journal.problem)) return journal;
    past.unshift(describe(id, journal.ok ? journal.value : 'corrupt', pending.value.includes(id)));
  }
  return ok(past);
}

function describe(id: string, journal: Journal | 'corrupt' | null, pending: boolean): PastTransaction {
  if (journal === 'corrupt') return { id, at: '', why: '', outcome: 'corrupt', paths: [] };
  if (journal === null) return { id, at: '', why: '', outcome: pending ? 'pending' : 'torn', paths: [] };
  const phases = new Set(journal.records().map((record) => record.phase));
  const closed = phases.has('committed') ? 'committed' : phases.has('undone') ? 'undone' : 'torn';
  const { at, why, changes } = journal.planned;
  return { id, at, why, outcome: pending ? 'pending' : closed, paths: changes.map((change) => change.path) };
}

/** True when `enid rollback ID` can take it back: it is committed, and kept, since it changed files. */
export async function canBeTakenBack(files: Files, id: string): Promise<boolean> {
  const journal = await openJournal(files, id);
  return journal.ok && journal.value !== null && isCommitted(journal.value);
}

function isCommitted(journal: Journal): boolean {
  return journal.records().some((record) => record.phase === 'committed');
}

/** A committed transaction, and when (ISO 8601, UTC) and why it was made. */
export type Taken = Pick<PastTransaction, 'id' | 'at' | 'why'>;

export interface WayBack {
  /** The committed transactions that are taken back, newest first. */
  readonly ids: readonly string[];
  /** The same, told. */
  readonly taken: readonly Taken[];
  /** What a new transaction has to do; `before` is what the disk holds now. */
  readonly changes: readonly FileChange[];
  /** Files of somebody else that stand there now, and stay (`unmanaged`). */
  readonly kept: readonly Problem[];
  /** `State.files` after it. */
  readonly owned: State['files'];
}

/**
 * The way back to before a committed transaction: every file that it or a later one touched as it was before the
 * earliest of them, and the owned files likewise. `id` null: the last one. It is a plan for a transaction of its own,
 * which is journaled, verified and can itself be taken back.
 * Errors: `no-transaction`, `journal-corrupt` (a backup is missing or changed), `file-unreadable`.
 */
export async function wayBack(files: Files, state: State, id: string | null): Promise<Result<WayBack>> {
  const ids = await transactionIds(files);
  if (!ids.ok) return ids;
  const journals: Journal[] = [];
  for (const name of [...ids.value].reverse()) {
    const journal = await openJournal(files, name);
    if (!journal.ok) return journal;
    const committed = journal.value !== null && isCommitted(journal.value);
    if (journal.value !== null && committed) journals.push(journal.value);
    if (name === id || (id === null && committed)) break;
  }
  const target = journals[journals.length - 1];
  if (target === undefined || (id !== null && target.id !== id)) {
    return noTransaction(files, id);
  }
  const changes = await changesBack(files, journals);
  if (!changes.ok) return changes;
  const owned = journals.reduce(
    (files, journal) => withOwned(files, journal.planned.owned, 'before'),
    state.files,
  );
  const taken = journals.map(({ id, planned: { at, why } }) => ({ id, at, why }));
  return ok({ ids: taken.map(({ id }) => id), taken, ...changes.value, owned });
}

async function noTransaction(files: Files, id: string | null): Promise<Result<never>> {
  if (id === null) return fail('no-transaction', transactionsPath, 'no change that wrote files is kept');
  const past = await listTransactions(files);
  if (!past.ok) return past;
  const committed = past.value.filter((entry) => entry.outcome === 'committed').map((entry) => entry.id);
  const advice = `there are: ${committed.join(', ') || 'none'}`;
  return fail('no-transaction', printable(id), 'there is no such committed transaction', advice);
}

/** `journals` newest first: the oldest that touched a path has the last word on it, the newest knows what enid left there. */
async function changesBack(
  files: Files,
  journals: readonly Journal[],
): Promise<Result<Pick<WayBack, 'changes' | 'kept'>>> {
  const back = new Map<string, FileChange>();
  const kept = new Map<string, Problem | null>();
  for (const journal of journals) {
    for (const { path, mac, before, after: left } of journal.planned.changes) {
      const there = await files.read(path);
      if (!there.ok) return there;
      const foreign = kept.get(path) ?? (kept.has(path) ? null : foreignProblem(path, there.value, [left]));
      kept.set(path, foreign);
      if (foreign !== null) continue;
      if (before === null) {
        if (there.value === null) back.delete(path);
        else back.set(path, { path, mac, action: 'remove', before: there.value, after: null });
        continue;
      }
      const backup = await readBackup(files, journal.id, before);
      if (!backup.ok) return backup;
      const { mode, uid, gid } = before;
      const text = new TextDecoder().decode(backup.value);
      const after = { text, mode, original: { bytes: backup.value, uid, gid } };
      back.set(path, {
        path,
        mac,
        action: there.value === null ? 'create' : 'replace',
        before: there.value,
        after,
      });
    }
  }
  const needed = [...back.values()].filter((change) => !isThere(change));
  return ok({
    changes: needed.sort((one, other) => (one.path < other.path ? -1 : 1)),
    kept: [...kept.values()].flatMap((problem) => problem ?? []),
  });
}

function isThere({ before, after }: FileChange): boolean {
  if (before === null || after?.original === undefined || before.mode !== after.mode) return false;
  const { bytes, uid, gid } = after.original;
  return before.uid === uid && before.gid === gid && sameBytes(before.bytes, bytes);
}

/** The bytes of a backup. Errors: `journal-corrupt` (missing, or not what was backed up), `file-unreadable`. */
export async function readBackup(
  files: Pick<Files, 'read'>,
  id: string,
  before: { readonly backup: string; readonly digest: string },
): Promise<Result<Uint8Array>> {
  const place = placesOf(id).backup(before.backup);
  const copy = await files.read(place);
  if (!copy.ok) return copy;
  if (copy.value === null || digestOf(copy.value.bytes) !== before.digest) {
    return fail('journal-corrupt', place, 'the backup is missing or not what was backed up');
  }
  return ok(copy.value.bytes);
}
