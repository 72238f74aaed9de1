import { runStep } from '../activate/run.ts';
import { defaultConfig } from '../config/defaults.ts';
import { loadConfig } from '../config/load.ts';
import { readKernel } from '../kernel/read.ts';
import { type SysctlPlan, setSysctls, undoSysctls } from '../kernel/sysctls.ts';
import type { KernelState } from '../model/kernel.ts';
import { fail, ok, type Result } from '../model/problem.ts';
import type { RunReport } from '../model/run.ts';
import type { State } from '../model/state.ts';
import type { Ports } from '../ports/ports.ts';
import { saveState } from '../state/save.ts';
import { beginTransaction } from '../transaction/begin.ts';
import { armDeadman, disarmDeadman } from '../transaction/deadman.ts';
import type { Taken } from '../transaction/history.ts';
import { type Climb, climb, type Snapshots } from '../transaction/ladder.ts';
import { waitForLock } from '../transaction/lock.ts';
import type { ProbeName } from '../transaction/records.ts';
import { rollBack } from '../transaction/rollback.ts';
import {
  beginSteps,
  commit,
  noteArmed,
  noteStep,
  type Transaction,
  writeFiles,
} from '../transaction/transaction.ts';
import { answering } from '../verify/probe.ts';
import type { Changed } from './change.ts';
import { closePending } from './close-pending.ts';
import { ownAgain } from './own.ts';
import { planOnce } from './pipeline.ts';
import type { Plan } from './plan.ts';
import { type Prepared, prepareBack } from './prepare-back.ts';
import { probesOf } from './reach.ts';
import { failedRun, reportRun, type Start } from './run-report.ts';
import type { Session } from './session.ts';
import { planSysctlsBack } from './sysctls-back.ts';
import { ownPrimary, worldBefore } from './world-before.ts';

export interface TakeBackOptions {
  /** Null: the last committed transaction. */
  readonly id: string | null;
  readonly configPath: string;
  readonly pid: number;
  readonly session: Session;
}

/** How taking back went. */
export interface TakenBack {
  /** The transactions that were taken back, newest first. */
  readonly taken: readonly Taken[];
  /** The transaction that did it, and can itself be taken back; null where no file had to change. */
  readonly transaction: string | null;
  /** The files that were put back or removed. */
  readonly paths: readonly string[];
  readonly climb: Climb;
  /** How the machine is now, for status.json. */
  readonly report: RunReport;
}

/**
 * `enid rollback [ID]`: files and kernel as they were before that transaction, in a transaction of its own, guarded
 * by a dead-man timer. Errors: `locked`, `no-transaction`, `journal-corrupt`, `deadman-unarmed`, `edited`,
 * `rolled-back` (the machine was not reachable with the former files, so the present ones are back), `file-…`.
 */
export async function takeBack(ports: Ports, options: TakeBackOptions): Promise<Result<TakenBack>> {
  const start = { at: ports.clock.now().toISOString(), began: ports.clock.monotonic(), trigger };
  const lock = await waitForLock(ports, options.pid, 'rollback', lockPatience);
  if (!lock.ok) return lock;
  try {
    const closed = await closePending(ports);
    if (!closed.ok) return closed;
    const prepared = await prepareBack(ports, options);
    return prepared.ok ? await carryOut(ports, prepared.value, start, options) : prepared;
  } finally {
    await lock.value.release();
  }
}

const trigger = { kind: 'manual', detail: 'enid rollback' } as const;

/** Milliseconds to wait for another enid to be done. */
const lockPatience = 90_000;

async function carryOut(
  ports: Ports,
  prepared: Prepared,
  start: Start,
  options: TakeBackOptions,
): Promise<Result<TakenBack>> {
  const { state, way, kernel, timeout } = prepared;
  const sysctls = await planSysctlsBack(ports.files, way.changes, state.sysctls, kernel);
  if (!sysctls.ok) return sysctls;
  const begun = await beginTransaction(ports, {
    why: `manual: enid rollback ${way.ids.join(' ')}`,
    changes: way.changes,
    owned: { before: state.files, after: way.owned },
    undo: { ...prepared.undo, sysctls: undoSysctls(sysctls.value) },
    answered: await answeringNow(ports, prepared, options.configPath),
    snapshot: kernel,
    pid: options.pid,
  });
  if (!begun.ok) return begun;
  const transaction = begun.value;
  const armed = await armDeadman(ports, { id: transaction.id, after: timeout, self: options.session.self });
  if (!armed.ok) {
    await rollBack(ports, transaction, armed.problem.message, null);
    return armed;
  }
  const noted = await noteArmed(transaction, armed.value);
  const climbed = noted.ok ? await apply(ports, prepared, transaction, sysctls.value) : noted;
  const now = await readKernel(ports);
  const base = state.tableBase ?? defaultConfig.tableBase;
  const own = now.ok ? ownAgain(state, prepared.undo.extent?.own, now.value, base) : {};
  const after = { ...state, ...own, sysctls: sysctls.value.kept };
  const committed = climbed.ok ? await commit(ports, transaction, after) : climbed;
  if (!committed.ok) {
    const world = await worldBefore(ports, transaction.journal.planned);
    await rollBack(ports, transaction, committed.problem.message, world);
  }
  await disarmDeadman(ports, armed.value);
  if (!climbed.ok) return climbed;
  if (!committed.ok) return committed;
  const again = await refuseAgain(ports, committed.value.state, options);
  const paths = way.changes.map((change) => change.path);
  const climb = { ...climbed.value, problems: [...way.kept, ...climbed.value.problems] };
  const known = paths.length === 0 ? null : transaction.id;
  const changed = { state: committed.value.state, transaction: known, done: climb.done };
  const report = again.ok
    ? reportBack(ports.clock, start, again.value, { ...changed, problems: climb.problems }, options.session)
    : { ...failedRun(ports.clock, start, again.problem, options.session), outcome: 'rolled-back' as const };
  return ok({ taken: way.taken, transaction: known, paths, climb, report });
}

/** The run as one whose change was put back: each NIC that wants the change again is told as such. */
function reportBack(
  clock: Ports['clock'],
  start: Start,
  again: Plan,
  changed: Pick<Changed, 'state' | 'transaction' | 'done' | 'problems'>,
  session: Session,
): RunReport {
  const { seen, intention } = again;
  const { kernel } = seen;
  const whole = { ...changed, outcome: 'rolled-back', kernel, differences: intention.differences } as const;
  return reportRun(clock, start, again, whole, session);
}

/** The daemon would make the same change again at once: it is noted as one that a person does not want. */
async function refuseAgain(ports: Ports, state: State, options: TakeBackOptions): Promise<Result<Plan>> {
  const asked = { ...options, trigger, force: false, restart: false, unread: 'fail' } as const;
  const again = await planOnce(ports, asked, options.session);
  const saved = again.ok
    ? await saveState(ports.files, { ...state, refusedPlan: again.value.digest })
    : again;
  if (!saved.ok) ports.log.warn('the daemon may make the change again', { why: saved.problem.message });
  return again;
}

/** The probes of the gateway that answer now: only what is known to answer can tell afterwards that it does not. */
async function answeringNow(
  ports: Ports,
  { kernel, undo }: Prepared,
  configPath: string,
): Promise<readonly ProbeName[]> {
  const config = await loadConfig(ports.files, configPath);
  const primary = await ownPrimary(ports, kernel, undo.primary);
  if (!config.ok || primary === null) return [];
  const probes = await answering(probesOf(ports, primary, config.value, null));
  return probes.map((probe) => probe.name);
}

async function apply(
  ports: Ports,
  prepared: Prepared,
  transaction: Transaction,
  sysctls: SysctlPlan,
): Promise<Result<Climb>> {
  const { way, goal, release, undo } = prepared;
  if (release.length > 0) {
    const begun = await beginSteps(transaction, 'releasing');
    if (!begun.ok) return begun;
    for (const step of release) {
      const noted = await noteStep(transaction, step.argv);
      if (!noted.ok) return noted;
      const ran = await runStep(ports, step);
      if (!ran.ok && !step.mayFail) return ran;
    }
  }
  const written = await writeFiles(ports, transaction, way.changes);
  if (!written.ok) return written;
  const begun = await beginSteps(transaction, 'activating');
  if (!begun.ok) return begun;
  const set = await setSysctls(ports.files, sysctls.set);
  if (!set.ok) return set;
  const world = await worldBefore(ports, transaction.journal.planned);
  if (world === null) return ok({ rung: 'files', worked: true, problems: [], done: [] });
  const snapshots = snapshotsBack(goal.planned.snapshot, prepared.kernel, undo.extent?.links ?? []);
  const climbed = await climb(undo, snapshots, world);
  if (climbed.worked) return ok(climbed);
  const place = undo.primary ?? transaction.id;
  return fail(
    'rolled-back',
    place,
    'the machine was not reachable with the former files',
    'the present ones are back',
  );
}

/**
 * The band goes back to the goal, which may be months old; everything else stays as it is now. What the goal does not
 * have on the links that are taken back came with the change, and is not missed.
 */
export function snapshotsBack(
  goal: KernelState | null,
  now: KernelState,
  links: readonly string[],
): Snapshots {
  const known = new Set((goal?.routes ?? []).map((route) => `${route.family} ${route.spec}`));
  const routes = now.routes.filter((route) => {
    const isTaken = route.device !== null && links.includes(route.device);
    return !isTaken || known.has(`${route.family} ${route.spec}`);
  });
  return { goal, before: { ...now, routes } };
}
