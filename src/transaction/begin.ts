import type { FileChange } from '../model/file.ts';
import type { KernelState } from '../model/kernel.ts';
import { fail, ok, type Result } from '../model/problem.ts';
import type { State } from '../model/state.ts';
import type { FileContent, Files } from '../ports/files.ts';
import type { Ports } from '../ports/ports.ts';
import { bytesAfter, digestOf, sameBytes } from './content.ts';
import { missingDirectories } from './directories.ts';
import { nextId, pendingTransactions } from './history.ts';
import { createJournal, placesOf } from './journal.ts';
import { ownedChanges } from './owned.ts';
import { identify } from './process.ts';
import type { Planned, PlannedChange, ProbeName, Undo } from './records.ts';
import type { Transaction } from './transaction.ts';

export interface TransactionPlan {
  /** For people: why it is done, `link: eth1 appeared`. */
  readonly why: string;
  readonly changes: readonly FileChange[];
  /** `State.files` before and after. */
  readonly owned: { readonly before: State['files']; readonly after: State['files'] };
  readonly undo: Undo;
  readonly snapshot: KernelState | null;
  /** The probes that answered before: only these tell whoever undoes it that the machine is not reachable. Absent: not asked. */
  readonly answered?: readonly ProbeName[];
  /** Digest of the agent's plan, as in `State.refusedPlan`; absent where the change is not one of its plans. */
  readonly digest?: string;
  /** This process, which holds the lock. */
  readonly pid: number;
}

/**
 * Journals the plan and backs up every file it touches; nothing is changed yet. The lock must be held, and no
 * other transaction pending (`locked`; {@link finishPending} closes those).
 * Errors: `edited` (a file is no longer what the plan was made for), `locked`, `file-unreadable`, `file-unwritable`.
 */
export async function beginTransaction(
  ports: Pick<Ports, 'files' | 'clock'>,
  plan: TransactionPlan,
): Promise<Result<Transaction>> {
  const { files } = ports;
  const pending = await pendingTransactions(files);
  if (!pending.ok) return pending;
  const [unfinished] = pending.value;
  if (unfinished !== undefined)
    return fail('locked', placesOf(unfinished).directory, 'an earlier transaction is not closed');
  const at = ports.clock.now();
  const id = await nextId(files, at);
  if (!id.ok) return id;
  const begun = await journalAndBackUp(files, id.value, at, plan);
  // Nothing of the machine was touched: without a trace is best, and what cannot be removed is closed at the next start.
  if (!begun.ok) await files.removeTree(placesOf(id.value).directory);
  return begun;
}

async function journalAndBackUp(
  files: Files,
  id: string,
  at: Date,
  plan: TransactionPlan,
): Promise<Result<Transaction>> {
  const marked = await files.write(placesOf(id).pending, '', { mode: 0o600 });
  if (!marked.ok) return marked;
  const [holder, directories] = [
    await identify(files, plan.pid),
    await missingDirectories(files, plan.changes),
  ];
  if (!holder.ok) return holder;
  if (!directories.ok) return directories;
  const planned: Planned = {
    phase: 'planned',
    schema: 1,
    id,
    at: at.toISOString(),
    why: plan.why,
    holder: holder.value,
    changes: plan.changes.map(plannedChange),
    owned: ownedChanges(plan.owned.before, plan.owned.after),
    directories: directories.value,
    undo: plan.undo,
    snapshot: plan.snapshot,
    ...(plan.answered === undefined ? {} : { answered: plan.answered }),
    ...(plan.digest === undefined ? {} : { plan: plan.digest }),
  };
  const journal = await createJournal(files, planned);
  if (!journal.ok) return journal;
  for (const [index, change] of plan.changes.entries()) {
    const still = await stillAsPlanned(files, change);
    if (!still.ok) return still;
    const name = planned.changes[index]?.before?.backup;
    if (change.before === null || name === undefined) continue;
    const kept = await files.write(placesOf(id).backup(name), change.before.bytes, { mode: 0o600 });
    if (!kept.ok) return kept;
  }
  const noted = await journal.value.append({ phase: 'backed-up' });
  return noted.ok ? ok({ id, journal: journal.value }) : noted;
}

function plannedChange(change: FileChange, index: number): PlannedChange {
  const { path, action, mac, before } = change;
  const bytes = bytesAfter(change);
  const backup = `${index}-${path.slice(path.lastIndexOf('/') + 1)}`;
  return {
    path,
    action,
    mac,
    before:
      before === null
        ? null
        : { digest: digestOf(before.bytes), mode: before.mode, uid: before.uid, gid: before.gid, backup },
    after: bytes === null ? null : digestOf(bytes),
  };
}

/** That a file is what the plan was made for. Errors: `edited`, `file-unreadable`. */
export async function stillAsPlanned(files: Pick<Files, 'read'>, change: FileChange): Promise<Result<void>> {
  const there = await files.read(change.path);
  if (!there.ok) return there;
  if (sameContent(there.value, change.before)) return ok(undefined);
  return fail(
    'edited',
    change.path,
    'somebody changed this file while enid was about to',
    'the next run sees the change',
  );
}

function sameContent(one: FileContent | null, other: FileContent | null): boolean {
  if (one === null || other === null) return one === other;
  const same = one.mode === other.mode && one.uid === other.uid && one.gid === other.gid;
  return same && sameBytes(one.bytes, other.bytes);
}
