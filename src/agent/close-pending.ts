import { endAllSteps } from '../activate/launch.ts';
import { ok, type Result } from '../model/problem.ts';
import type { Ports } from '../ports/ports.ts';
import { type Armed, disarmDeadman } from '../transaction/deadman.ts';
import { pendingTransactions } from '../transaction/history.ts';
import { finishPending } from '../transaction/recover.ts';
import { openTransaction } from '../transaction/transaction.ts';
import { worldBefore } from './world-before.ts';

/**
 * Finishes or undoes what an enid that was ended in the middle of it left behind, as its dead-man timer would: the
 * steps under way are ended, and the ladder is climbed until the machine is as reachable as it was. The timer is
 * disarmed when there is nothing left for it. Errors: those of the first transaction that could not be closed; nothing
 * may be begun then.
 */
export async function closePending(ports: Ports): Promise<Result<void>> {
  const armed = await armedTimers(ports);
  if (!armed.ok) return armed;
  const closed = await finishPending(ports, async (planned) => {
    for (const step of await endAllSteps(ports)) ports.log.warn('a step was ended', { step });
    return worldBefore(ports, planned);
  });
  if (!closed.ok) return closed;
  const left = await pendingTransactions(ports.files);
  if (!left.ok) return left;
  for (const [id, timer] of armed.value) if (!left.value.includes(id)) await disarm(ports, timer);
  for (const entry of closed.value) {
    if (entry.kind === 'failed') return { ok: false, problem: entry.problem };
    if (entry.kind === 'set-aside') {
      const { id, where, problem } = entry;
      ports.log.error('an unfinished change cannot be undone', { id, why: problem.message, movedTo: where });
      continue;
    }
    const undone = entry.kind === 'undone' ? { rung: entry.report.rung, worked: entry.report.worked } : {};
    ports.log.warn('an unfinished change was closed', { id: entry.id, how: entry.kind, ...undone });
  }
  return ok(undefined);
}

/** What the journals of the open transactions say was armed last; a journal that cannot be read says nothing. */
async function armedTimers(ports: Ports): Promise<Result<ReadonlyMap<string, Armed>>> {
  const pending = await pendingTransactions(ports.files);
  if (!pending.ok) return pending;
  const armed = new Map<string, Armed>();
  for (const id of pending.value) {
    const opened = await openTransaction(ports.files, id);
    const records = opened.ok ? (opened.value?.journal.records() ?? []) : [];
    for (const record of records) if (record.phase === 'armed') armed.set(id, record.deadman);
  }
  return ok(armed);
}

async function disarm(ports: Ports, timer: Armed): Promise<void> {
  const disarmed = await disarmDeadman(ports, timer);
  if (!disarmed.ok) ports.log.warn('the dead-man timer is still armed', { why: disarmed.problem.message });
}
