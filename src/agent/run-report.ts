import type { Difference } from '../model/difference.ts';
import { forwardingPath } from '../model/forwarding.ts';
import type { Mac } from '../model/mac.ts';
import { describeProblem, fail, type Problem } from '../model/problem.ts';
import type { Reason } from '../model/reason.ts';
import type { InterfaceReport, Outcome, RunReport, Trigger } from '../model/run.ts';
import type { Clock } from '../ports/clock.ts';
import type { Changed } from './change.ts';
import { type Intention, strangersIn } from './intend.ts';
import { reportInterfaces } from './interfaces.ts';
import type { Plan } from './plan.ts';
import type { Session } from './session.ts';

/** When and why a run began. */
export interface Start {
  readonly at: string;
  /** Monotonic milliseconds. */
  readonly began: number;
  readonly trigger: Trigger;
}

/** A run that ended before it knew what to do. What was known before is still told: unknown is not empty. */
export function failedRun(clock: Clock, start: Start, problem: Problem, session: Session): RunReport {
  const isUnknown = problem.code.startsWith('metadata-') || problem.code === 'provider-unknown';
  const isRefused = problem.code === 'container' || problem.code === 'not-root';
  const outcome: Outcome = isUnknown ? 'unknown' : isRefused ? 'refused' : 'failed';
  return {
    ...frame(clock, start, session),
    outcome,
    interfaces: session.report?.interfaces ?? [],
    problems: [problem],
  };
}

/** A poll that brought nothing new: the last report holds. */
export function quietRun(clock: Clock, start: Start, session: Session): RunReport {
  return {
    ...frame(clock, start, session),
    outcome: session.report?.outcome === 'unknown' ? 'unknown' : 'unchanged',
    interfaces: session.report?.interfaces ?? [],
    problems: session.report?.problems ?? [],
  };
}

/** A run that decided, and what came of it. */
export function reportRun(
  clock: Clock,
  start: Start,
  plan: Plan,
  changed: Changed,
  session: Session,
): RunReport {
  const { seen, intention, repairs } = plan;
  const { network, notes, overlaps } = intention.wanted;
  const edited = intention.files.kept.filter((file) => file.problem.code === 'edited');
  const troubles = {
    edited: macsOf(edited),
    contested: macsOf(repairs.contested),
    refused: refusalOf(changed),
  };
  const interfaces = reportInterfaces(
    network,
    changed.kernel,
    changed.differences,
    changed.state.files.values(),
    troubles,
  );
  const stale = seen.stale === null ? [] : [seen.stale];
  const kept = intention.files.kept.map((file) => file.problem);
  const forwarding = forwardingProblems(intention, changed);
  const problems = [
    ...[...changed.problems, ...kept, ...forwarding],
    ...[...repairs.contested.map(contestedProblem), ...stale],
  ];
  const { tableBase } = seen.state;
  const afterwards = { ...seen, state: { ...changed.state, tableBase }, kernel: changed.kernel };
  const awaiting = seen.awaiting.map((entry) => `waiting for a second read: ${entry}`);
  return {
    ...frame(clock, start, session),
    outcome: outcomeOf(changed, interfaces, seen.stale, kept.length + forwarding.length === 0),
    cloud: seen.instance.cloud,
    transaction: changed.transaction,
    interfaces,
    problems,
    done: [...changed.done, ...notes, ...intention.forwarding.notes, ...awaiting],
    notes: [...strangersIn(afterwards, intention.wanted), ...overlaps],
  };
}

/** Two passes of one run, the first of which changed something: the second tells how things are, both what was done and what went wrong. */
export function together(first: RunReport, second: RunReport): RunReport {
  const again = new Set(second.problems.map(describeProblem));
  return {
    ...second,
    outcome: second.outcome === 'unchanged' ? 'applied' : second.outcome,
    transaction: second.transaction ?? first.transaction,
    problems: [
      ...first.problems.filter((problem) => !again.has(describeProblem(problem))),
      ...second.problems,
    ],
    done: [...first.done, ...second.done],
  };
}

/** Why replies of forwarded connections may not leave by the NIC that they should. */
function forwardingProblems({ forwarding }: Intention, { differences }: Changed): readonly Problem[] {
  const advice = `\`sh ${forwardingPath} start\` shows what is in the way`;
  const unloaded = differences.filter(({ kind }) => kind === 'forwarding');
  const found = unloaded.map(({ text }) => fail('command-failed', 'forwarding', text, advice).problem);
  return [...forwarding.problems, ...found];
}

function contestedProblem({ text }: Difference): Problem {
  const message = `was mended three times in ten minutes and is so again: ${text}`;
  const advice = 'find what else configures this NIC (`enid doctor`), and stop it or exclude the NIC';
  return { code: 'contested', place: 'the kernel', message, advice };
}

/** True when nothing is left to wait for but a change of the world: the next poll may end at the metadata. */
export function isQuiet(report: RunReport): boolean {
  const isAwaited = ({ state, reason }: InterfaceReport): boolean =>
    state === 'pending' && reason !== 'not-in-kernel' && reason !== 'no-parent';
  const waits = report.interfaces.some(isAwaited);
  return (
    !waits && report.problems.length === 0 && ['unchanged', 'applied', 'degraded'].includes(report.outcome)
  );
}

function outcomeOf(
  changed: Changed,
  interfaces: readonly InterfaceReport[],
  stale: Problem | null,
  isUnhindered: boolean,
): Outcome {
  if (changed.outcome !== 'applied' && changed.outcome !== 'unchanged') return changed.outcome;
  if (stale !== null && changed.outcome === 'unchanged') return 'unknown';
  const isWhole = interfaces.every(
    ({ state, role, differences }) =>
      state !== 'pending' && state !== 'failed' && (role !== 'primary' || differences.length === 0),
  );
  return isWhole && isUnhindered ? changed.outcome : 'degraded';
}

function refusalOf(changed: Changed): Reason | null {
  if (changed.outcome !== 'rolled-back' && changed.outcome !== 'rollback-failed') return null;
  const isRejected = changed.problems.some((problem) => problem.code === 'rejected-by-consumer');
  return isRejected ? 'rejected-by-consumer' : 'rolled-back';
}

function macsOf(entries: readonly { readonly mac: Mac | null }[]): ReadonlySet<Mac> {
  return new Set(entries.flatMap((entry) => (entry.mac === null ? [] : [entry.mac])));
}

function frame(
  clock: Clock,
  start: Start,
  session: Session,
): Omit<RunReport, 'outcome' | 'interfaces' | 'problems'> {
  return {
    at: start.at,
    trigger: start.trigger,
    durationMs: Math.round(clock.monotonic() - start.began),
    cloud: session.report?.cloud ?? null,
    distro: session.detected?.distro ?? null,
    stack: session.detected?.stack.id ?? null,
    format: session.detected?.stack.format ?? null,
    transaction: null,
    done: [],
    notes: session.report?.notes ?? [],
  };
}
