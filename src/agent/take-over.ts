import { endAllSteps } from '../activate/launch.ts';
import { ok, type Result } from '../model/problem.ts';
import type { Ports } from '../ports/ports.ts';
import type { World } from '../transaction/ladder.ts';
import type { Planned } from '../transaction/records.ts';
import { type RollbackReport, rollBack } from '../transaction/rollback.ts';
import { takeOver } from '../transaction/take-over.ts';
import { gatewayProbe } from '../verify/probe.ts';
import { primaryBefore } from './primary-before.ts';
import { worldOf } from './world.ts';

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
    return ok(await rollBack(ports, transaction, why, worldBefore(ports, transaction.journal.planned)));
  } finally {
    await lock.release();
  }
}

/** The machine with the snapshot of the journal as the measure; null where nothing was going to be activated. */
export function worldBefore(
  ports: Ports,
  { snapshot, undo }: Pick<Planned, 'snapshot' | 'undo'>,
): World | null {
  const primary = snapshot === null || undo.primary === null ? null : primaryBefore(snapshot, undo.primary);
  if (snapshot === null || primary === null) return null;
  const [source] = primary.ipv4?.addresses ?? [];
  const gateway = primary.ipv4?.gateway ?? null;
  const probes =
    source === undefined || gateway === null
      ? []
      : [gatewayProbe(ports, { link: primary.name, gateway, source })];
  return worldOf(ports, snapshot, primary, probes);
}
