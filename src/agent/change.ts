import { runBatch } from '../kernel/batch.ts';
import { readKernel } from '../kernel/read.ts';
import { holdSysctls } from '../kernel/sysctls.ts';
import type { Difference } from '../model/difference.ts';
import type { KernelState } from '../model/kernel.ts';
import type { Mac } from '../model/mac.ts';
import type { Problem } from '../model/problem.ts';
import type { Outcome } from '../model/run.ts';
import type { State } from '../model/state.ts';
import type { Ports } from '../ports/ports.ts';
import { saveState } from '../state/save.ts';
import { disarmDeadman, rearmDeadman } from '../transaction/deadman.ts';
import { rollBack } from '../transaction/rollback.ts';
import { commit, noteArmed } from '../transaction/transaction.ts';
import { applyAndVerify } from './apply.ts';
import { beginWork } from './begin.ts';
import { holdOn } from './hold.ts';
import { ownAfter } from './own.ts';
import type { RunOptions } from './pipeline.ts';
import type { Plan } from './plan.ts';
import type { Session } from './session.ts';
import { refusalAfter } from './setbacks.ts';
import type { Verdict } from './verdict.ts';
import type { Work } from './work.ts';
import { worldOf } from './world.ts';

/** How a run left the machine. */
export interface Changed {
  readonly outcome: Outcome;
  readonly state: State;
  readonly kernel: KernelState;
  readonly differences: readonly Difference[];
  readonly problems: readonly Problem[];
  /** Sentences for people, in order. */
  readonly done: readonly string[];
  /** Its id, for `enid rollback ID`; null where nothing was begun. */
  readonly transaction: string | null;
}

/**
 * Carries a plan out in the order of design section 7, or puts everything back. The lock must be held. Whatever is
 * returned, the machine is as it was or as the report says.
 */
export async function change(
  ports: Ports,
  plan: Plan,
  options: RunOptions,
  session: Session,
): Promise<Changed> {
  const held = await holdOn(ports.files, newcomers(plan));
  if (!held.ok) ports.log.warn('udev may not wait for this change', { why: held.problem.message });
  const begun = await beginWork(ports, plan, options, session);
  if (!('work' in begun)) return untouched(plan, begun.isRefused ? 'rolled-back' : 'failed', begun.problem);
  const { work, state } = begun;
  const verdict = await applyAndVerify(work);
  if (verdict.ok && verdict.value.harm.length === 0) return keep(work, state, verdict.value);
  const place = plan.intention.wanted.network.primary.name;
  const why = verdict.ok
    ? { code: 'harm' as const, place, message: verdict.value.harm.join('; '), advice: '' }
    : verdict.problem;
  return putBack(work, state, why);
}

/** The NICs that have no file yet. */
function newcomers({ intention }: Plan): readonly Mac[] {
  const { changes } = intention.files;
  const known = new Set(changes.flatMap((file) => (file.before === null ? [] : [file.mac])));
  return intention.wanted.network.secondaries
    .map((nic) => nic.mac)
    .filter((mac) => changes.some((file) => file.mac === mac) && !known.has(mac));
}

async function keep(work: Work, state: State, verdict: Verdict): Promise<Changed> {
  const { ports, plan, transaction, armed, session } = work;
  const { wanted } = plan.intention;
  const further = wanted.network.primary.further ?? [];
  const { tableBase } = plan.seen.config;
  const held = await holdSysctls(ports.files, wanted.network.sysctls, state.sysctls);
  if (!held.ok) return putBack(work, state, held.problem);
  const committed = await commit(ports, transaction, {
    ...state,
    primary: primaryAfter(work),
    sysctls: held.value.kept,
    names: namesAfter(plan),
    primaryAddresses: state.primaryAddresses.filter((address) => further.includes(address)),
    ...ownAfter(plan, state, verdict.kernel),
    tableBase,
    refusedPlan: null,
    tornPlan: null,
  });
  if (!committed.ok) return putBack(work, state, committed.problem);
  const disarmed = await disarmDeadman(ports, armed);
  if (!disarmed.ok) ports.log.warn('the dead-man timer is still armed', { why: disarmed.problem.message });
  for (const nic of wanted.gone) session.removed.delete(nic.mac);
  const { problem } = committed.value;
  return {
    outcome: 'applied',
    state: committed.value.state,
    kernel: verdict.kernel,
    differences: verdict.differences,
    problems: problem === null ? work.problems : [...work.problems, problem],
    done: [...work.done, ...verdict.done, ...held.value.set.map(({ key }) => `set ${key} again`)],
    transaction: transaction.id,
  };
}

/** A default route that enid set is no witness for the primary, unless it was known by the kernel before. */
function primaryAfter({ plan, addedDefaults }: Work): State['primary'] {
  const { primary } = plan.seen.state;
  const { mac } = plan.intention.wanted.network.primary;
  return addedDefaults.length === 0 || primary?.mac === mac ? primary : { mac, by: 'metadata' };
}

/** The kernel names that NICs are remembered by. */
export function namesAfter({ seen, intention }: Plan): State['names'] {
  const names = new Map(seen.state.names);
  for (const nic of intention.wanted.gone) names.delete(nic.mac);
  for (const nic of intention.wanted.network.secondaries) names.set(nic.mac, nic.name);
  return names;
}

/**
 * The way back: the dead-man timer is set anew, so that it cannot fall upon the rollback itself. What the change may
 * have left in the kernel stays known as ours.
 */
async function putBack(work: Work, remembered: State, why: Problem): Promise<Changed> {
  const { ports, plan, transaction, session } = work;
  const { network } = plan.intention.wanted;
  ports.log.error('change is put back', { code: why.code, place: why.place, why: why.message });
  const after = plan.seen.config.rollback.timeout;
  const rearmed = await rearmDeadman(ports, work.armed, { id: transaction.id, after, self: session.self });
  const armed = rearmed.ok ? rearmed.value : work.armed;
  if (rearmed.ok) await noteArmed(transaction, armed); // whoever closes it for us disarms that one
  const world = worldOf(ports, plan.seen.kernel, network.primary, work.probes, work.ways);
  const dropped = await runBatch(ports.exec, work.addedDefaults);
  if (!dropped.ok) ports.log.warn('an added default route is left', { why: dropped.problem.message });
  const report = await rollBack(ports, transaction, why.message, world);
  await disarmDeadman(ports, armed);
  const kernel = await readKernel(ports);
  const { sysctls } = plan.seen.state;
  const refusedPlan = refusalAfter(session, plan.digest, why, ports.clock.monotonic());
  const state = { ...remembered, sysctls, refusedPlan };
  const saved = await saveState(ports.files, state);
  const rung = `rolled back (${report.rung}${report.worked ? '' : ', and the machine is not as it was'})`;
  return {
    outcome: report.worked ? 'rolled-back' : 'rollback-failed',
    state,
    kernel: kernel.ok ? kernel.value : plan.seen.kernel,
    differences: plan.intention.differences,
    problems: [why, ...work.problems, ...report.problems, ...(saved.ok ? [] : [saved.problem])],
    done: [...work.done, rung, ...report.done],
    transaction: transaction.id,
  };
}

function untouched({ seen, intention }: Plan, outcome: Outcome, problem: Problem): Changed {
  return {
    outcome,
    state: seen.state,
    kernel: seen.kernel,
    differences: intention.differences,
    problems: [problem],
    done: [],
    transaction: null,
  };
}
