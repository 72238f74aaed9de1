import { loadConfig } from '../config/load.ts';
import { readKernel } from '../kernel/read.ts';
import { readMetadata } from '../metadata/fetch.ts';
import type { Config } from '../model/config.ts';
import type { InstanceNetwork } from '../model/instance.ts';
import { ok, type Problem, type Result } from '../model/problem.ts';
import type { RunReport, Trigger, TriggerKind } from '../model/run.ts';
import type { Ports } from '../ports/ports.ts';
import { loadState } from '../state/load.ts';
import { saveState } from '../state/save.ts';
import { waitForLock } from '../transaction/lock.ts';
import { movedJournalNotes } from '../transaction/moved.ts';
import { type Asked, askMetadata } from './ask-metadata.ts';
import { type Changed, change, namesAfter } from './change.ts';
import { closePending } from './close-pending.ts';
import { tendHold } from './hold.ts';
import { type Circumstances, know } from './knowledge.ts';
import { hasNewLease } from './leases.ts';
import { ownAfter, ownBefore } from './own.ts';
import { isPending, makePlan, type Plan } from './plan.ts';
import { failedRun, isQuiet, quietRun, reportRun, type Start, together } from './run-report.ts';
import type { Session } from './session.ts';
import { isResting, refusalAt } from './setbacks.ts';

export interface RunOptions {
  readonly trigger: Trigger;
  readonly configPath: string;
  /** Take back files of ours that somebody edited. */
  readonly force: boolean;
  /** Restart the whole network service instead of taking up single NICs. */
  readonly restart: boolean;
  /** What to do when the metadata cannot be read: end with the problem, or go on with what was believed before. */
  readonly unread: 'fail' | 'believe';
  /** Milliseconds to wait for another enid to be done; 90 000 where it is not said. */
  readonly lockPatience?: number;
  /** This process, which takes the lock. */
  readonly pid: number;
  /** Aborted when the process is asked to end: ends the wait for the metadata. A change under way is carried through. */
  readonly stopping?: AbortSignal;
}

/**
 * One pass: trigger -> metadata -> network -> distro/stack -> render -> transaction -> activate -> verify -> report.
 * Expected failures are told in the report, with what was and was not done.
 */
export async function runOnce(ports: Ports, options: RunOptions, session: Session): Promise<RunReport> {
  const start = {
    at: ports.clock.now().toISOString(),
    began: ports.clock.monotonic(),
    trigger: options.trigger,
  };
  const config = await loadConfig(ports.files, options.configPath);
  if (mayChangeStack.has(options.trigger.kind)) session.detected = null;
  const report = config.ok
    ? await runWith(ports, config.value, options, start, session)
    : failedRun(ports.clock, start, config.problem, session);
  session.report = report;
  return report;
}

/** What may bring another stack or another setting of it: it is found out anew then. */
const mayChangeStack: ReadonlySet<TriggerKind> = new Set<TriggerKind>(['boot', 'config', 'signal', 'manual']);

async function runWith(
  ports: Ports,
  config: Config,
  options: RunOptions,
  start: Start,
  session: Session,
): Promise<RunReport> {
  const metadata = await askMetadata(ports, config, options, session);
  if (metadata === 'nothing new') return quietRun(ports.clock, start, session);
  const report = await alone(ports, options, start, session, async () => {
    const first = await pass(ports, config, options, start, metadata, session);
    if (!first.hasLearned) return first.report;
    const second = await pass(ports, config, options, start, null, session);
    return together(first.report, second.report);
  });
  session.settled = settledBy(report, metadata, session);
  return report;
}

/** What the next poll is compared with: the metadata of the last run that left nothing to wait for. */
function settledBy(report: RunReport, metadata: Asked, session: Session): InstanceNetwork | null {
  if (!isQuiet(report) || session.awaiting) return null;
  return metadata === null ? session.settled : metadata.read;
}

/** What a run would do. For `enid plan` and `--dry-run`. */
export async function planOnce(ports: Ports, options: RunOptions, session: Session): Promise<Result<Plan>> {
  const config = await loadConfig(ports.files, options.configPath);
  if (!config.ok) return config;
  const state = await loadState(ports.files);
  if (!state.ok) return state;
  const read = await readMetadata(ports, config.value, session.metadata, options.stopping);
  if (!read.ok) return read;
  const kernel = await readKernel(ports);
  if (!kernel.ok) return kernel;
  const ground = { config: config.value, state: state.value };
  const metadata = { read: read.value.instance, problem: null };
  const { knowledge } = know(ports.clock, ground, kernel.value, metadata, circumstances(options, session));
  if (!knowledge.ok) return knowledge;
  return makePlan(ports, knowledge.value, ground, kernel.value, options, session);
}

function circumstances({ unread }: RunOptions, session: Session): Circumstances {
  return { unread, lastProblem: session.unread, removed: session.removed };
}

/** One run at a time on this machine, whoever starts it. */
async function alone(
  ports: Ports,
  options: RunOptions,
  start: Start,
  session: Session,
  work: () => Promise<RunReport>,
): Promise<RunReport> {
  const patience = options.lockPatience ?? lockPatience;
  const lock = await waitForLock(ports, options.pid, options.trigger.kind, patience);
  if (!lock.ok) return failedRun(ports.clock, start, lock.problem, session);
  try {
    return await work();
  } finally {
    const released = await lock.value.release();
    if (!released.ok) ports.log.warn('the lock could not be released', { why: released.problem.message });
  }
}

/** Milliseconds to wait for another enid to be done. */
const lockPatience = 90_000;

interface Passed {
  readonly report: RunReport;
  /** A lease that this pass asked for is there: what it says is still to be written down. */
  readonly hasLearned: boolean;
}

async function pass(
  ports: Ports,
  config: Config,
  options: RunOptions,
  start: Start,
  metadata: Asked,
  session: Session,
): Promise<Passed> {
  const failed = (problem: Problem): Passed => ({
    report: failedRun(ports.clock, start, problem, session),
    hasLearned: false,
  });
  const closed = await closePending(ports);
  if (!closed.ok) return failed(closed.problem);
  const state = await loadState(ports.files);
  if (!state.ok) return failed(state.problem);
  const ground = { config, state: state.value };
  const kernel = await readKernel(ports);
  if (!kernel.ok) return failed(kernel.problem);
  const judgement = know(ports.clock, ground, kernel.value, metadata, circumstances(options, session));
  const { knowledge, counted } = judgement;
  const kept = counted === null ? ok(undefined) : await saveState(ports.files, counted);
  if (!kept.ok) return failed(kept.problem);
  session.unread = knowledge.ok ? knowledge.value.stale : knowledge.problem;
  if (!knowledge.ok) return failed(knowledge.problem);
  session.awaiting = knowledge.value.awaiting.length > 0;
  const planned = await makePlan(ports, knowledge.value, ground, kernel.value, options, session);
  if (!planned.ok) return failed(planned.problem);
  const changed = await carryOut(ports, planned.value, options, session);
  const decided = reportRun(ports.clock, start, planned.value, changed, session);
  const report = { ...decided, notes: [...decided.notes, ...(await movedJournalNotes(ports.files))] };
  const tended = await tendHold(ports.files, planned.value.seen.detected.stack, kernel.value, report);
  const { network } = planned.value.intention.wanted;
  return {
    report: tended.ok ? report : { ...report, problems: [...report.problems, tended.problem] },
    hasLearned: changed.outcome === 'applied' && hasNewLease(network, changed.kernel),
  };
}

/** Changes what is to be changed; where nothing is, keeps what was learnt. */
async function carryOut(
  ports: Ports,
  planned: Plan,
  options: RunOptions,
  session: Session,
): Promise<Changed> {
  const { seen, intention, digest } = planned;
  const isAsked = ['manual', 'signal'].includes(options.trigger.kind);
  const isBack = seen.state.refusedPlan === digest || isResting(session, digest, ports.clock.monotonic());
  const isRefused = isPending(planned) && isBack && !isAsked;
  if (isPending(planned) && !isRefused) return change(ports, planned, options, session);
  // What stands as it should is ours from now on, also where the state was lost.
  const ours = isRefused
    ? {}
    : {
        files: intention.files.owned,
        names: namesAfter(planned),
        ...ownAfter(planned, ownBefore(planned), seen.kernel),
      };
  const state = {
    ...seen.state,
    ...ours,
    slots: intention.wanted.slots,
    learned: intention.wanted.learned,
    refusedPlan: refusalAt(seen.state.refusedPlan, digest, options.trigger),
  };
  const saved = await saveState(ports.files, state);
  return {
    outcome: isRefused ? 'rolled-back' : 'unchanged',
    state,
    kernel: seen.kernel,
    differences: intention.differences,
    problems: saved.ok ? [] : [saved.problem],
    done: [],
    transaction: null,
  };
}
