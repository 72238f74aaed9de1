import { runStep } from '../activate/run.ts';
import { runBatch } from '../kernel/batch.ts';
import { readKernel } from '../kernel/read.ts';
import type { DesiredPrimary } from '../model/desired.ts';
import type { KernelState } from '../model/kernel.ts';
import { ok } from '../model/problem.ts';
import type { Ports } from '../ports/ports.ts';
import type { World } from '../transaction/ladder.ts';
import type { Probe } from '../verify/probe.ts';
import { isReachable } from './reach.ts';

/** The machine as the rollback ladder sees it. */
export function worldOf(
  ports: Ports,
  before: KernelState,
  primary: DesiredPrimary,
  probes: readonly Probe[],
): World {
  return {
    run: async (step) => {
      const ran = await runStep(ports, step);
      return ran.ok ? ok({ exitCode: ran.value.exitCode ?? 0 }) : ran;
    },
    kernel: () => readKernel(ports),
    ip: (commands) => runBatch(ports.exec, commands),
    reachable: async () => {
      const now = await readKernel(ports);
      return now.ok && isReachable(ports, before, now.value, primary, probes);
    },
  };
}
