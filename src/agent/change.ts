import { proveFiles } from '../activate/proof.ts';
import { stackActions } from '../activate/registry.ts';
import { runStep, stepFailed } from '../activate/run.ts';
import { undoing } from '../activate/undo.ts';
import { runBatch } from '../kernel/batch.ts';
import { readKernel } from '../kernel/read.ts';
import type { Difference } from '../model/difference.ts';
import type { KernelState } from '../model/kernel.ts';
import { fail, ok, type Problem, type Result } from '../model/problem.ts';
import type { Outcome } from '../model/run.ts';
import type { State } from '../model/state.ts';
import type { Step } from '../model/step.ts';
import type { Ports } from '../ports/ports.ts';
import { saveState } from '../state/save.ts';
import { beginTransaction } from '../transaction/begin.ts';
import { type Armed, armDeadman, disarmDeadman, rearmDeadman } from '../transaction/deadman.ts';
import { rollBack } from '../transaction/rollback.ts';
import {
  beginSteps,
  commit,
  noteArmed,
  noteStep,
  type Transaction,
  writeFiles,
} from '../transaction/transaction.ts';
import { answering, type Probe } from '../verify/probe.ts';
import { changeOf } from './activation.ts';
import type { Plan, RunOptions } from './pipeline.ts';
import { probesOf } from './reach.ts';
import { noteRepairs } from './repairs.ts';
import type { Session } from './session.ts';
import { setSysctls, undoSysctls } from './sysctls.ts';
import { needsService, type Verdict, verify } from './verdict.ts';
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

/** A change under way. */
interface Work {
  readonly ports: Ports;
  readonly plan: Plan;
  readonly options: RunOptions;
  readonly session: Session;
  readonly transaction: Transaction;
  readonly armed: Armed;
  /** What answered before anything was touched. */
  readonly probes: readonly Probe[];
  readonly done: string[];
  readonly problems: Problem[];
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
  const { seen, intention } = plan;
  const { primary } = intention.wanted.network;
  // A slot is for life and a former value is known once: both are on disk before anything is made with them.
  const primaryAddresses = [...new Set([...seen.state.primaryAddresses, ...(primary.further ?? [])])];
  const state = {
    ...seen.state,
    slots: intention.wanted.slots,
    sysctls: intention.sysctls.kept,
    primaryAddresses,
  };
  const proven = await proveFiles(ports, changeOf(intention, seen.detected.stack));
  // Refused until it is committed: whoever undoes it, the dead-man timer too, need not say so any more.
  const refused = { ...state, refusedPlan: plan.digest };
  const saved = await saveState(ports.files, proven.ok ? state : refused);
  if (!saved.ok) return untouched(plan, 'failed', saved.problem);
  if (!proven.ok) return untouched(plan, 'rolled-back', proven.problem);
  const endpoint = session.metadata.opened?.provider.endpoint ?? null;
  const asked = probesOf(ports, primary, seen.config, seen.config.metadata.endpoint ?? endpoint);
  const [probes, begun] = await Promise.all([answering(asked), begin(ports, plan, options)]);
  if (!begun.ok) return untouched(plan, 'failed', begun.problem);
  const transaction = begun.value;
  const armed = await arm(ports, transaction, seen.config.rollback.timeout, session);
  if (!armed.ok) {
    await rollBack(ports, transaction, armed.problem.message, null);
    return untouched(plan, 'failed', armed.problem);
  }
  const noted = await saveState(ports.files, refused);
  if (!noted.ok) return abandon(ports, plan, transaction, armed.value, noted.problem);
  const work: Work = {
    ports,
    plan,
    options,
    session,
    transaction,
    armed: armed.value,
    probes,
    done: [],
    problems: [],
  };
  const verdict = await applyAndVerify(work);
  if (verdict.ok && verdict.value.harm.length === 0) return keep(work, state, verdict.value);
  const why = verdict.ok
    ? { code: 'harm' as const, place: primary.name, message: verdict.value.harm.join('; '), advice: '' }
    : verdict.problem;
  return putBack(work, why);
}

/** Gives up before anything was touched. */
async function abandon(
  ports: Ports,
  plan: Plan,
  transaction: Transaction,
  armed: Armed,
  problem: Problem,
): Promise<Changed> {
  await rollBack(ports, transaction, problem.message, null);
  await disarmDeadman(ports, armed);
  return untouched(plan, 'failed', problem);
}

/** Restarts the whole service only where the scoped way did not do and a dead-man timer guards it. */
async function applyAndVerify(work: Work): Promise<Result<Verdict>> {
  const { ports, plan, probes } = work;
  const applied = await apply(work);
  if (!applied.ok) return applied;
  const verdict = await verify(ports, plan, probes);
  if (!verdict.ok || verdict.value.harm.length > 0 || !needsService(plan, verdict.value.differences))
    return verdict;
  work.done.push(...verdict.value.done);
  const restarted = await runSteps(work, plan.activation.service);
  return restarted.ok ? verify(ports, plan, probes) : restarted;
}

function begin(ports: Ports, plan: Plan, options: RunOptions): Promise<Result<Transaction>> {
  const { seen, intention } = plan;
  const { stack } = seen.detected;
  const undone = undoing(changeOf(intention, stack));
  const actions = stackActions[stack.id];
  const revival = actions.revive(undone);
  const links = [...intention.wanted.network.secondaries, ...intention.wanted.gone].map((nic) => nic.name);
  const base = seen.config.tableBase;
  return beginTransaction(ports, {
    why: `${options.trigger.kind}: ${options.trigger.detail}`,
    changes: intention.files.changes,
    owned: { before: seen.state.files, after: intention.files.owned },
    undo: {
      release: actions.release(undone),
      scoped: actions.scoped(undone),
      start: [...revival.scoped, ...revival.start],
      restart: revival.restart,
      primary: intention.wanted.network.primary.name,
      extent: { links, first: base, last: base + 999 },
    },
    snapshot: seen.kernel,
    pid: options.pid,
  });
}

async function arm(
  ports: Ports,
  transaction: Transaction,
  after: number,
  session: Session,
): Promise<Result<Armed>> {
  const armed = await armDeadman(ports, { id: transaction.id, after, self: session.self });
  if (!armed.ok) return armed;
  const noted = await noteArmed(transaction, armed.value);
  if (noted.ok) return armed;
  await disarmDeadman(ports, armed.value);
  return noted;
}

/** release -> write -> activate. An error means: put everything back. */
async function apply(work: Work): Promise<Result<void>> {
  const { ports, plan, transaction } = work;
  const { intention, activation, repairs } = plan;
  if (activation.release.length > 0) {
    const begun = await beginSteps(transaction, 'releasing');
    if (!begun.ok) return begun;
    const released = await runSteps(work, activation.release);
    if (!released.ok) return released;
  }
  const written = await writeFiles(ports, transaction, intention.files.changes);
  if (!written.ok) return written;
  for (const file of intention.files.changes) work.done.push(`${pastTense[file.action]} ${file.path}`);
  const begun = await beginSteps(transaction, 'activating');
  if (!begun.ok) return begun;
  const set = await setSysctls(ports.files, intention.sysctls.set);
  if (!set.ok) return set;
  noteRepairs(repairs.due.filter(isRepair(plan)), work.session, ports.clock.monotonic());
  const taken = await runSteps(work, activation.takeUp);
  if (!taken.ok) return taken;
  return mend(work, activation.takeUp.length === 0);
}

const pastTense = { create: 'wrote', replace: 'rewrote', remove: 'removed' } as const;

/** What differs on a NIC whose files stay is drift; what comes with new files is the change itself. */
function isRepair(plan: Plan): (difference: Difference) => boolean {
  const changing = new Set(plan.intention.files.changes.map((file) => file.mac));
  const stackless = plan.seen.detected.stack.id === 'none';
  const known = plan.seen.state.names;
  return ({ mac }) => mac !== null && !changing.has(mac) && (!stackless || known.has(mac));
}

/** The batch planned beforehand, where no step changed the kernel in between; else what still differs is mended by {@link verify}. */
async function mend(work: Work, isPlanned: boolean): Promise<Result<void>> {
  const { batch } = work.plan.activation;
  if (!isPlanned || batch.length === 0) return ok(undefined);
  const ran = await runBatch(work.ports.exec, batch);
  if (!ran.ok) return ran;
  const failed = new Set(ran.value.map((failure) => failure.command));
  for (const command of batch) if (!failed.has(command)) work.done.push(`ip ${command.line}`);
  return ok(undefined);
}

async function runSteps(work: Work, steps: readonly Step[]): Promise<Result<void>> {
  const { ports, plan, transaction } = work;
  const actions = stackActions[plan.seen.detected.stack.id];
  for (const step of steps) {
    const place = step.argv.join(' ');
    const noted = await noteStep(transaction, step.argv);
    if (!noted.ok) return noted;
    const ran = await runStep(ports, step);
    if (!ran.ok && step.mayFail) continue;
    if (!ran.ok) return ran;
    work.done.push(place);
    const refusal = actions.refusal(ran.value.output);
    if (refusal !== null) return fail('rejected-by-consumer', place, refusal, 'the files were put back');
    if (stepFailed(step, ran.value)) {
      const message = `exit code ${ran.value.exitCode}: ${ran.value.output.split('\n').slice(-3).join(' ')}`;
      work.problems.push({ code: 'command-failed', place, message, advice: '' });
    }
  }
  return ok(undefined);
}

async function keep(work: Work, state: State, verdict: Verdict): Promise<Changed> {
  const { ports, plan, transaction, armed, session } = work;
  const { wanted } = plan.intention;
  const names = new Map(state.names);
  for (const nic of wanted.gone) names.delete(nic.mac);
  for (const nic of wanted.network.secondaries) names.set(nic.mac, nic.name);
  const committed = await commit(ports, transaction, {
    ...state,
    names,
    primaryAddresses: wanted.network.primary.further ?? [],
    refusedPlan: null,
  });
  if (!committed.ok) return putBack(work, committed.problem);
  const disarmed = await disarmDeadman(ports, armed);
  if (!disarmed.ok) ports.log.warn('the dead-man timer is still armed', { why: disarmed.problem.message });
  for (const nic of wanted.gone) session.removed.delete(nic.mac);
  const problems = [...work.problems];
  if (committed.value.problem !== null) problems.push(committed.value.problem);
  const done = [...work.done, ...verdict.done];
  const { kernel, differences } = verdict;
  return {
    outcome: 'applied',
    state: committed.value.state,
    kernel,
    differences,
    problems,
    done,
    transaction: transaction.id,
  };
}

/** The way back: the dead-man timer is set anew, so that it cannot fall upon the rollback itself. */
async function putBack(work: Work, why: Problem): Promise<Changed> {
  const { ports, plan, transaction, session } = work;
  const { network } = plan.intention.wanted;
  ports.log.error('change is put back', { code: why.code, place: why.place, why: why.message });
  const after = plan.seen.config.rollback.timeout;
  const rearmed = await rearmDeadman(ports, work.armed, { id: transaction.id, after, self: session.self });
  const armed = rearmed.ok ? rearmed.value : work.armed;
  const world = worldOf(ports, plan.seen.kernel, network.primary, work.probes);
  const report = await rollBack(ports, transaction, why.message, world);
  await disarmDeadman(ports, armed);
  const undone = await setSysctls(ports.files, undoSysctls(plan.intention.sysctls));
  const kernel = await readKernel(ports);
  const state = { ...plan.seen.state, slots: plan.intention.wanted.slots, refusedPlan: plan.digest };
  const saved = await saveState(ports.files, state);
  const rung = `rolled back (${report.rung}${report.worked ? '' : ', and the machine is not as it was'})`;
  return {
    outcome: report.worked ? 'rolled-back' : 'rollback-failed',
    state,
    kernel: kernel.ok ? kernel.value : plan.seen.kernel,
    differences: plan.intention.differences,
    problems: [
      why,
      ...work.problems,
      ...report.problems,
      ...[undone, saved].flatMap((result) => (result.ok ? [] : [result.problem])),
    ],
    done: [...work.done, rung, ...report.done],
    transaction: transaction.id,
  };
}

function untouched(plan: Plan, outcome: Outcome, problem: Problem): Changed {
  const { seen, intention } = plan;
  const { state, kernel } = seen;
  return {
    outcome,
    state,
    kernel,
    differences: intention.differences,
    problems: [problem],
    done: [],
    transaction: null,
  };
}
