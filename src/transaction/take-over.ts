import { fail, ok, type Result } from '../model/problem.ts';
import type { Ports } from '../ports/ports.ts';
import { placesOf } from './journal.ts';
import { type Holder, type Lock, lockHolder, takeLock } from './lock.ts';
import { isAlive, type ProcessId } from './process.ts';
import { openTransaction, type Transaction } from './transaction.ts';

export type TakenOver =
  /** Committed, undone or gone meanwhile: there is nothing to undo, and nobody was disturbed. */
  | { readonly kind: 'nothing'; readonly why: string }
  /** The lock is held and the transaction not committed: roll it back, then release the lock. */
  | { readonly kind: 'taken'; readonly lock: Lock; readonly transaction: Transaction };

/** Milliseconds a process gets to end after SIGTERM, and again after SIGKILL. */
const grace = 2_000;

/**
 * For `enid rollback --take-over ID`, run by the dead-man timer: waits for no lock. It ends whoever holds it (by pid
 * and start time), takes the lock, and ends the steps that still run, with `endSteps`. A transaction that was
 * committed is left alone, also when that happened while its holder was being ended.
 * Errors: `locked` (the holder does not end), `journal-corrupt`, `file-unreadable`, `file-unwritable`.
 */
export async function takeOver(
  ports: Pick<Ports, 'exec' | 'files' | 'clock'>,
  id: string,
  pid: number,
  endSteps: () => Promise<unknown>,
): Promise<Result<TakenOver>> {
  const first = await undecided(ports, id);
  if (!first.ok || first.value === null) return first.ok ? ok(nothingToUndo(id)) : first;
  const lock = await takeFromHolder(ports, id, pid);
  if (!lock.ok) return lock;
  const second = await undecided(ports, id);
  if (!second.ok || second.value === null) {
    await lock.value.release();
    return second.ok ? ok(nothingToUndo(id)) : second;
  }
  await endSteps();
  return ok({ kind: 'taken', lock: lock.value, transaction: second.value });
}

/** Whoever comes between, a service that was restarted perhaps, is ended too, a few times. */
async function takeFromHolder(
  ports: Pick<Ports, 'exec' | 'files' | 'clock'>,
  id: string,
  pid: number,
): Promise<Result<Lock>> {
  for (let attempt = 1; ; attempt++) {
    const holder = await lockHolder(ports.files);
    if (!holder.ok) return holder;
    const ended = holder.value === null ? ok(undefined) : await endHolder(ports, holder.value);
    if (!ended.ok) return ended;
    const lock = await takeLock(ports.files, pid, `rollback --take-over ${id}`);
    if (lock.ok || lock.problem.code !== 'locked' || attempt === 5) return lock;
  }
}

/** The transaction, while it is pending and not committed. */
async function undecided(ports: Pick<Ports, 'files'>, id: string): Promise<Result<Transaction | null>> {
  const pending = await ports.files.kind(placesOf(id).pending);
  if (!pending.ok) return pending;
  if (pending.value === null) return ok(null);
  const transaction = await openTransaction(ports.files, id);
  if (!transaction.ok || transaction.value === null) return transaction;
  const committed = transaction.value.journal.records().some((record) => record.phase === 'committed');
  return ok(committed ? null : transaction.value);
}

function nothingToUndo(id: string): TakenOver {
  return { kind: 'nothing', why: `${id} is committed, undone or gone` };
}

async function endHolder(
  ports: Pick<Ports, 'exec' | 'files' | 'clock'>,
  holder: Holder,
): Promise<Result<void>> {
  const ended = await endProcess(ports, holder);
  if (!ended.ok || ended.value) return ended.ok ? ok(undefined) : ended;
  return fail('locked', `process ${holder.pid}`, `enid ${holder.what} does not end, not even by SIGKILL`);
}

/** True when it is gone. */
async function endProcess(
  ports: Pick<Ports, 'exec' | 'files' | 'clock'>,
  process: ProcessId,
): Promise<Result<boolean>> {
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    const until = ports.clock.monotonic() + grace;
    for (let sent = false; ; sent = true) {
      const alive = await isAlive(ports.files, process);
      if (!alive.ok) return alive;
      if (!alive.value) return ok(true);
      if (!sent) {
        const signalled = ports.exec.signal(process.pid, signal);
        if (!signalled.ok) return signalled;
      }
      if (ports.clock.monotonic() >= until) break;
      await ports.clock.sleep(50);
    }
  }
  return ok(false);
}
