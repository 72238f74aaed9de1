import { runBatch } from '../kernel/batch.ts';
import { readKernel } from '../kernel/read.ts';
import type { Difference } from '../model/difference.ts';
import type { KernelState } from '../model/kernel.ts';
import type { Mac } from '../model/mac.ts';
import { ok, type Result } from '../model/problem.ts';
import type { Ports } from '../ports/ports.ts';
import { compare } from './intend.ts';
import type { Plan } from './plan.ts';
import { isLease } from './repairs.ts';

/** The kernel once a change had its time. */
export interface Settled {
  readonly kernel: KernelState;
  readonly differences: readonly Difference[];
  /** What `ip` set to make it so. */
  readonly done: readonly string[];
}

export interface Settling {
  /** The NICs whose lease is waited for. */
  readonly awaited: ReadonlySet<Mac>;
  /** What `ip` can mend is mended. */
  readonly isMending: boolean;
  /** Milliseconds left of the change. */
  readonly patience: number;
}

/** A lease never holds a run longer than this (design section 7); a network service sets routes within it. */
const longest = 10_000;
const pause = 100;
/** What a network service was just told to set it sets by itself: `ip` in between would make everything twice. */
const serviceTime = 2_500;
/** Rounds of `ip -batch`: what one round makes possible (an address) the next may need (a route by it). */
const rounds = 3;

/**
 * Looks at the kernel until it is as desired or nothing more will come: mends what `ip` can mend, waits for the leases
 * of `awaited` and for what the stack's own services still have to set. Errors: as `readKernel` and `runBatch`.
 */
export async function settle(
  ports: Pick<Ports, 'exec' | 'files' | 'clock'>,
  plan: Plan,
  { awaited, isMending, patience }: Settling,
): Promise<Result<Settled>> {
  const start = ports.clock.monotonic();
  const until = start + Math.min(patience, longest);
  const mendFrom = start + (awaited.size > 0 ? serviceTime : 0);
  const done: string[] = [];
  for (let round = 0; ; ) {
    const looked = await look(ports, plan);
    if (!looked.ok) return looked;
    const { kernel, differences } = looked.value;
    const lines = isMending ? differences.flatMap((difference) => difference.mend) : [];
    const waiting = differences.some(
      (entry) => isLease(entry) && entry.mac !== null && awaited.has(entry.mac),
    );
    const isOver = ports.clock.monotonic() >= until;
    const isEarly = lines.length > 0 && ports.clock.monotonic() < mendFrom;
    if (isEarly) {
      await ports.clock.sleep(pause);
    } else if (lines.length > 0 && round < rounds) {
      round++;
      const ran = await runBatch(ports.exec, lines);
      if (!ran.ok) return ran;
      const failed = new Set(ran.value.map((failure) => failure.command));
      done.push(...lines.filter((line) => !failed.has(line)).map((line) => `ip ${line.line}`));
    } else if (!waiting || isOver) {
      return ok({ kernel, differences, done });
    } else {
      await ports.clock.sleep(pause);
    }
  }
}

async function look(
  ports: Pick<Ports, 'exec' | 'files'>,
  plan: Plan,
): Promise<Result<{ readonly kernel: KernelState; readonly differences: readonly Difference[] }>> {
  const kernel = await readKernel(ports);
  if (!kernel.ok) return kernel;
  const now = { ...plan.seen, kernel: kernel.value };
  const differences = compare(now, plan.intention, { set: [], kept: new Map() }, plan.seen.kernel);
  return ok({ kernel: kernel.value, differences });
}
