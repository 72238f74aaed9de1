import { endAllSteps } from '../activate/launch.ts';
import { ok, type Result } from '../model/problem.ts';
import type { Ports } from '../ports/ports.ts';
import { type RollbackReport, rollBack } from '../transaction/rollback.ts';
import { takeOver } from '../transaction/take-over.ts';
import { worldBefore } from './world-before.ts';

/**
 * `enid rollback --take-over ID`, run by the dead-man timer: ends whoever holds the lock and the steps under way, and
 * undoes the transaction. Null: it was committed or undone meanwhile, and nobody was disturbed.
 * Errors: as {@link takeOver}.
 */
export async function forceRollback(
  ports: Ports,
  id: string,
  pid: number,
): Promise<Result<RollbackReport | null>> {
  const taken = await takeOver(ports, id, pid, async () => {
    for (const step of await endAllSteps(ports)) ports.log.warn('a step was ended', { step });
  });
  if (!taken.ok) return taken;
  if (taken.value.kind === 'nothing') return ok(null);
  const { transaction, lock } = taken.value;
  try {
    const why = 'the dead-man timer fired: the change was not committed in time';
    const world = await worldBefore(ports, transaction.journal.planned);
    return ok(await rollBack(ports, transaction, why, world));
  } finally {
    await lock.release();
  }
}
