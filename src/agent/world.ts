import { runStep } from '../activate/run.ts';
import { runBatch } from '../kernel/batch.ts';
import { readKernel } from '../kernel/read.ts';
import type { DesiredPrimary } from '../model/desired.ts';
import type { KernelState } from '../model/kernel.ts';
import { ok, type Result } from '../model/problem.ts';
import type { Ports } from '../ports/ports.ts';
import type { World } from '../transaction/ladder.ts';
import { type Probe, silenced } from '../verify/probe.ts';
import type { Way } from '../verify/ways.ts';
import { isOwn, isReachable } from './reach.ts';
import { lastingDiversions, nothingAllowed } from './ways.ts';

/**
 * The machine as the rollback ladder sees it. `probes` are those that answered before, `ways` what the kernel said of the way
 * of packets then. A kernel that cannot be read is
 * no proof that the machine is not reachable: then the probes alone decide, and without any it counts as reachable.
 */
export function worldOf(
  ports: Ports,
  before: KernelState,
  primary: DesiredPrimary,
  probes: readonly Probe[],
  ways: readonly Way[] = [],
): World {
  const isDiverted = async (): Promise<boolean> => {
    const diverted = await lastingDiversions(ports, ways, nothingAllowed);
    return diverted.ok && diverted.value.length > 0;
  };
  return {
    ...machine(ports),
    reachable: async () => {
      const now = await readPatiently(ports);
      if (!now.ok) return (await silenced(probes, ports.clock)).length === 0;
      return (await isReachable(ports, before, now.value, primary, probes)) && !(await isDiverted());
    },
    isDiverted,
    isOwn: (address) => isOwn(primary, address),
  };
}

/** The machine where nothing is known that could tell whether it is reachable: the climb ends at the first rung. */
export function unjudged(ports: Ports): World {
  return {
    ...machine(ports),
    reachable: () => Promise.resolve(true),
    isDiverted: () => Promise.resolve(false),
    isOwn: () => true,
  };
}

function machine(ports: Ports): Pick<World, 'run' | 'kernel' | 'ip'> {
  return {
    run: async (step) => {
      const ran = await runStep(ports, step);
      return ran.ok ? ok({ exitCode: ran.value.exitCode ?? 0 }) : ran;
    },
    kernel: () => readPatiently(ports),
    ip: (commands) => runBatch(ports.exec, commands),
  };
}

/** How often the kernel is looked at before it counts as unreadable, and the milliseconds between. */
const looks = 5;
const pause = 200;

/** A service that restarts changes the kernel while it is read: what cannot be read now often can a moment later. */
async function readPatiently(ports: Ports): Promise<Result<KernelState>> {
  for (let look = 1; ; look++) {
    const read = await readKernel(ports);
    if (read.ok || look === looks) return read;
    await ports.clock.sleep(pause);
  }
}
