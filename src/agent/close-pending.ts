import { runStep } from '../activate/run.ts';
import { runBatch } from '../kernel/batch.ts';
import { readKernel } from '../kernel/read.ts';
import { ok, type Result } from '../model/problem.ts';
import type { Ports } from '../ports/ports.ts';
import type { World } from '../transaction/ladder.ts';
import { finishPending } from '../transaction/recover.ts';

/**
 * Finishes or undoes what an enid that was ended in the middle of it left behind, with the network service taking the
 * old files up again. Errors: those of the first transaction that could not be closed; nothing may be begun then.
 */
export async function closePending(ports: Ports): Promise<Result<void>> {
  const closed = await finishPending(ports, machine(ports));
  if (!closed.ok) return closed;
  for (const entry of closed.value) {
    if (entry.kind === 'failed') return { ok: false, problem: entry.problem };
    ports.log.warn('an unfinished change was closed', { id: entry.id, how: entry.kind });
  }
  return ok(undefined);
}

/** What answered before that change is not known any more: the climb ends at the first rung. */
function machine(ports: Ports): World {
  return {
    run: async (step) => {
      const ran = await runStep(ports, step);
      return ran.ok ? ok({ exitCode: ran.value.exitCode ?? 0 }) : ran;
    },
    kernel: () => readKernel(ports),
    ip: (commands) => runBatch(ports.exec, commands),
    reachable: () => Promise.resolve(true),
  };
}
