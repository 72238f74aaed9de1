import { stackActions } from '../activate/registry.ts';
import { runBatch } from '../kernel/batch.ts';
import { readKernel } from '../kernel/read.ts';
import type { Difference } from '../model/difference.ts';
import type { KernelState } from '../model/kernel.ts';
import type { Mac } from '../model/mac.ts';
import { ok, type Result } from '../model/problem.ts';
import type { Ports } from '../ports/ports.ts';
import { askedDifferences } from '../verify/asked.ts';
import { describeDiversions } from '../verify/diverted.ts';
import { type Harm, harm } from '../verify/harm.ts';
import { silenced } from '../verify/probe.ts';
import { type Reach, stillWrong } from './activation.ts';
import { forwardingDifferences } from './forwarding.ts';
import { ownBefore } from './own.ts';
import type { Plan } from './plan.ts';
import { settle } from './settle.ts';
import { allowedBy, desiredBy, lastingDiversions } from './ways.ts';
import { timeLeft, type Work } from './work.ts';

/** What became of a change, as the kernel and the world outside tell it. */
export interface Verdict {
  readonly kernel: KernelState;
  readonly differences: readonly Difference[];
  /** Sentences; not empty means: put everything back. */
  readonly harm: readonly string[];
  readonly done: readonly string[];
}

/**
 * Waits until the kernel is as desired or nothing more will come, asks the kernel which way packets go, and looks for
 * harm: a way that leads by another NIC than before, without this change being made for it, is harm. Where steps of a network service ran, foreign routes and rules that vanished are put back first, and only what
 * does not come back is harm; `ip` alone touches nothing foreign, so what vanished meanwhile was somebody's wish. After a
 * restart of the whole service the primary has time to ask for its lease again.
 */
export async function verify(work: Work, reach: Reach): Promise<Result<Verdict>> {
  const { ports, plan, probes } = work;
  const { network } = plan.intention.wanted;
  const isMending = plan.seen.config.activation !== 'none';
  const returned = reach === 'service' ? await untilPrimaryIsBack(work) : ok(undefined);
  if (!returned.ok) return returned;
  const settled = await settle(ports, plan, {
    awaited: awaitedMacs(plan),
    isMending,
    patience: timeLeft(work),
  });
  if (!settled.ok) return settled;
  const { kernel, done } = settled.value;
  const lost = await stillLost(ports, plan, kernel, reach !== 'ip');
  if (!lost.ok) return lost;
  const allowed = allowedBy(desiredBy(plan, settled.value.differences));
  const [asked, silent, diverted, forwarding] = await Promise.all([
    askedDifferences(ports.exec, kernel, network, work.services.metadata),
    silenced(probes, ports.clock),
    lastingDiversions(ports, work.ways, allowed),
    forwardingDifferences(ports, plan.intention.forwarding),
  ]);
  if (!asked.ok) return asked;
  if (!diverted.ok) return diverted;
  if (!forwarding.ok) return forwarding;
  const unanswered = silent.map(
    (probe) => `the ${probe.name} answered before the change and does not any more`,
  );
  return ok({
    kernel,
    differences: [...settled.value.differences, ...asked.value, ...forwarding.value],
    harm: [
      ...lost.value.harm.map((entry) => entry.text),
      ...unanswered,
      ...describeDiversions(diverted.value),
    ],
    done: [...done, ...lost.value.done],
  });
}

/** True when NICs are not as desired for another reason than a late lease, and restarting the service may help. */
export function needsService(plan: Plan, differences: readonly Difference[]): boolean {
  return plan.activation.service.length > 0 && stillWrong(differences, awaitedMacs(plan));
}

/** The NICs whose lease this run waits for: those it takes up by steps of a stack that has a DHCP client. */
export function awaitedMacs(plan: Plan): ReadonlySet<Mac> {
  const { intention, repairs, seen } = plan;
  if (stackActions[seen.detected.stack.id].id === 'none') return new Set();
  const changing = intention.files.changes.flatMap((file) => (file.mac === null ? [] : [file.mac]));
  const repaired = repairs.due.flatMap((difference) => (difference.mac === null ? [] : [difference.mac]));
  return new Set([...changing, ...repaired]);
}

/** Milliseconds that a primary may be without what it had after a restart of the service: longer than a usual lease takes. */
const primaryTime = 30_000;

/** Looks until nothing is lost but what is somebody else's, or the time is over. Errors: as `readKernel`. */
async function untilPrimaryIsBack(work: Work): Promise<Result<void>> {
  const { clock } = work.ports;
  const until = clock.monotonic() + Math.min(timeLeft(work), primaryTime);
  for (;;) {
    const looked = await readKernel(work.ports);
    if (!looked.ok) return looked;
    const isBack = harmOf(work.plan, looked.value).every(isForeign);
    if (isBack || clock.monotonic() >= until) return ok(undefined);
    await clock.sleep(250);
  }
}

function harmOf(plan: Plan, kernel: KernelState): readonly Harm[] {
  const { wanted } = plan.intention;
  const { config, state } = plan.seen;
  const onPrimary = state.primaryAddresses;
  const { commons, sources } = ownBefore(plan);
  const { slots, gone } = wanted;
  const ours = { slots, tableBase: config.tableBase, gone, onPrimary, commons, sources };
  return harm(plan.seen.kernel, kernel, wanted.network, ours);
}

function isForeign(entry: Harm): boolean {
  return entry.kind.startsWith('foreign-');
}

async function stillLost(
  ports: Ports,
  plan: Plan,
  kernel: KernelState,
  hasSteps: boolean,
): Promise<Result<{ readonly harm: readonly Harm[]; readonly done: readonly string[] }>> {
  const lost = harmOf(plan, kernel);
  if (!hasSteps) return ok({ harm: lost.filter((entry) => !isForeign(entry)), done: [] });
  const foreign = lost.filter((entry) => isForeign(entry) && entry.putBack.length > 0);
  if (foreign.length === 0) return ok({ harm: lost, done: [] });
  const ran = await runBatch(
    ports.exec,
    foreign.flatMap((entry) => entry.putBack),
  );
  if (!ran.ok) return ran;
  const now = await readKernel(ports);
  if (!now.ok) return now;
  return ok({ harm: harmOf(plan, now.value), done: foreign.map((entry) => `${entry.text}: put back`) });
}
