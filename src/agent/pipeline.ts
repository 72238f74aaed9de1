import { loadConfig } from '../config/load.ts';
import { readKernel } from '../kernel/read.ts';
import { readMetadata } from '../metadata/fetch.ts';
import type { Config } from '../model/config.ts';
import type { InstanceNetwork } from '../model/instance.ts';
import { ok, type Problem, type Result } from '../model/problem.ts';
import type { RunReport, Trigger } from '../model/run.ts';
import type { Ports } from '../ports/ports.ts';
import { loadState } from '../state/load.ts';
import { saveState } from '../state/save.ts';
import { planDigest } from '../transaction/content.ts';
import { waitForLock } from '../transaction/lock.ts';
import { type Activation, planActivation } from './activation.ts';
import { type Changed, change } from './change.ts';
import { closePending } from './close-pending.ts';
import { type Intention, intend } from './intend.ts';
import {
  believeRead,
  formerKnowledge,
  type Ground,
  type Knowledge,
  type Observation,
  observe,
} from './observe.ts';
import { dueRepairs, type Repairs } from './repairs.ts';
import { failedRun, isQuiet, quietRun, reportRun, type Start } from './run-report.ts';
import type { Session } from './session.ts';

export interface RunOptions {
  readonly trigger: Trigger;
  readonly configPath: string;
  /** Take back files of ours that somebody edited. */
  readonly force: boolean;
  /** Restart the whole network service instead of taking up single NICs. */
  readonly restart: boolean;
  /** What to do when the metadata cannot be read: end with the problem, or go on with what was believed before. */
  readonly unread: 'fail' | 'believe';
  /** This process, which takes the lock. */
  readonly pid: number;
  /** Aborted when the process is asked to end: ends the wait for the metadata. A change under way is carried through. */
  readonly stopping?: AbortSignal;
}

/** Everything up to the decision; nothing is touched. */
export interface Plan {
  readonly seen: Observation;
  readonly intention: Intention;
  readonly repairs: Repairs;
  readonly activation: Activation;
  /** The same for the same work: a plan that was rolled back is known by it. */
  readonly digest: string;
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
  const report = config.ok
    ? await runWith(ports, config.value, options, start, session)
    : failedRun(ports.clock, start, config.problem, session);
  session.report = report;
  return report;
}

async function runWith(
  ports: Ports,
  config: Config,
  options: RunOptions,
  start: Start,
  session: Session,
): Promise<RunReport> {
  const metadata = await askMetadata(ports, config, options, session);
  if (metadata === 'nothing new') return quietRun(ports.clock, start, session);
  const report = await alone(ports, options, start, session, () =>
    pass(ports, config, options, start, metadata, session),
  );
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
  const ground = { config: config.value, state: state.value };
  return plan(
    ports,
    believeRead(ports.clock, ground, read.value.instance, session.removed),
    ground,
    options,
    session,
  );
}

/** True when the plan has something to do. */
export function isPending({ intention, repairs, activation }: Plan): boolean {
  const isAsked = activation.takeUp.length > 0;
  return (
    intention.files.changes.length > 0 ||
    repairs.due.length > 0 ||
    intention.sysctls.set.length > 0 ||
    isAsked
  );
}

/** What the metadata service said; null: not asked, since drift is judged by what was believed a moment ago. */
type Asked = { readonly read: InstanceNetwork | null; readonly problem: Problem | null } | null;

async function askMetadata(
  ports: Ports,
  config: Config,
  options: RunOptions,
  session: Session,
): Promise<Asked | 'nothing new'> {
  const { kind } = options.trigger;
  if (kind === 'drift' && session.report !== null) return null;
  const read = await readMetadata(ports, config, session.metadata, options.stopping);
  if (!read.ok) return { read: null, problem: read.problem };
  const { instance } = read.value;
  const isSame = session.settled !== null && JSON.stringify(session.settled) === JSON.stringify(instance);
  return kind === 'metadata' && isSame ? 'nothing new' : { read: instance, problem: null };
}

/** One run at a time on this machine, whoever starts it. */
async function alone(
  ports: Ports,
  options: RunOptions,
  start: Start,
  session: Session,
  work: () => Promise<RunReport>,
): Promise<RunReport> {
  const lock = await waitForLock(ports, options.pid, options.trigger.kind, lockPatience);
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

async function pass(
  ports: Ports,
  config: Config,
  options: RunOptions,
  start: Start,
  metadata: Asked,
  session: Session,
): Promise<RunReport> {
  const closed = await closePending(ports);
  if (!closed.ok) return failedRun(ports.clock, start, closed.problem, session);
  const state = await loadState(ports.files);
  if (!state.ok) return failedRun(ports.clock, start, state.problem, session);
  const ground = { config, state: state.value };
  const knowledge = await know(ports, ground, metadata, options, session);
  if (!knowledge.ok) return failedRun(ports.clock, start, knowledge.problem, session);
  session.awaiting = knowledge.value.state.missing.size > 0;
  const planned = await plan(ports, knowledge.value, ground, options, session);
  if (!planned.ok) return failedRun(ports.clock, start, planned.problem, session);
  const changed = await carryOut(ports, planned.value, options, session);
  return reportRun(ports.clock, start, planned.value, changed, session);
}

async function know(
  ports: Ports,
  ground: Ground,
  metadata: Asked,
  options: RunOptions,
  session: Session,
): Promise<Result<Knowledge>> {
  if (metadata !== null && metadata.read !== null)
    return ok(believeRead(ports.clock, ground, metadata.read, session.removed));
  const problem = metadata?.problem ?? null;
  if (problem !== null && options.unread === 'fail') return { ok: false, problem };
  const kernel = await readKernel(ports);
  return kernel.ok ? formerKnowledge(ground, kernel.value, problem) : kernel;
}

async function plan(
  ports: Ports,
  knowledge: Knowledge,
  ground: Ground,
  options: RunOptions,
  session: Session,
): Promise<Result<Plan>> {
  const kernel = await readKernel(ports);
  if (!kernel.ok) return kernel;
  const seen = await observe(ports, ground.config, knowledge, kernel.value, session);
  if (!seen.ok) return seen;
  const intention = await intend(ports, seen.value, session, options.force);
  if (!intention.ok) return intention;
  const repairs = dueRepairs(intention.value.differences, session, ports.clock.monotonic());
  const activation = planActivation({
    intention: intention.value,
    due: repairs.due,
    stack: seen.value.detected.stack,
    activation: ground.config.activation,
    restart: options.restart,
  });
  const lines = repairs.due.map((difference) => difference.text);
  const digest = planDigest(intention.value.files.changes, lines);
  return ok({ seen: seen.value, intention: intention.value, repairs, activation, digest });
}

/** Changes what is to be changed; where nothing is, keeps what was learnt. */
async function carryOut(
  ports: Ports,
  planned: Plan,
  options: RunOptions,
  session: Session,
): Promise<Changed> {
  const { seen, intention, digest } = planned;
  // A start of the daemon is nobody's wish: the dead-man timer ends it, and its service manager starts it again.
  const isAsked = !['metadata', 'drift', 'boot'].includes(options.trigger.kind);
  const isRefused = isPending(planned) && seen.state.refusedPlan === digest && !isAsked;
  if (isPending(planned) && !isRefused) return change(ports, planned, options, session);
  const state = { ...seen.state, slots: intention.wanted.slots };
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
