import { proveFiles } from '../activate/proof.ts';
import { stackActions } from '../activate/registry.ts';
import { undoing } from '../activate/undo.ts';
import { undoForwarding } from '../forwarding/steps.ts';
import { undoSysctls } from '../kernel/sysctls.ts';
import { ok, type Problem, type Result } from '../model/problem.ts';
import type { State } from '../model/state.ts';
import type { Ports } from '../ports/ports.ts';
import { saveState } from '../state/save.ts';
import { beginTransaction } from '../transaction/begin.ts';
import { type Armed, armDeadman, disarmDeadman } from '../transaction/deadman.ts';
import { rollBack } from '../transaction/rollback.ts';
import { noteArmed, type Transaction } from '../transaction/transaction.ts';
import { answering } from '../verify/probe.ts';
import { changeOf } from './activation.ts';
import { ownBefore, ownEntries } from './own.ts';
import type { RunOptions } from './pipeline.ts';
import type { Plan } from './plan.ts';
import { probesOf } from './reach.ts';
import type { Session } from './session.ts';
import { refusalAfter } from './setbacks.ts';
import { servicesOf, waysBefore } from './ways.ts';
import { touchedNics, type Work } from './work.ts';

/** Nothing was touched. */
export interface NotBegun {
  readonly problem: Problem;
  /** The consumer refused the files: not to be tried again until something changes. */
  readonly isRefused: boolean;
}

/**
 * plan -> journal -> backup, the dead-man timer armed, and on disk what is not to be forgotten: slots, former values,
 * what becomes ours, and that this plan is refused until it is committed: whoever undoes it need not say so any more, and
 * where it was torn it is allowed once more (`allowOnceMore`).
 */
export async function beginWork(
  ports: Ports,
  plan: Plan,
  options: RunOptions,
  session: Session,
): Promise<{ readonly work: Work; readonly state: State } | NotBegun> {
  const { seen, intention } = plan;
  const state = rememberBefore(plan);
  const refused = { ...state, refusedPlan: plan.digest };
  const proven = await proveFiles(ports, changeOf(intention, seen.detected.stack, seen.kernel));
  // A consumer that could not be asked, on a machine too busy say, has refused nothing.
  const isRefused = !proven.ok && proven.problem.code === 'rejected-by-consumer';
  const refusedPlan = isRefused
    ? refusalAfter(session, plan.digest, 'only asked', ports.clock.monotonic())
    : state.refusedPlan;
  const saved = await saveState(ports.files, { ...state, refusedPlan });
  if (!saved.ok) return { problem: saved.problem, isRefused: false };
  if (!proven.ok) return { problem: proven.problem, isRefused };
  const services = await servicesOf(ports.files, plan, session);
  const ways = await waysBefore(ports, plan, services);
  if (!ways.ok) return { problem: ways.problem, isRefused: false };
  const endpoint = seen.config.metadata.endpoint ?? session.metadata.opened?.provider.endpoint ?? null;
  const probes = await answering(probesOf(ports, intention.wanted.network.primary, seen.config, endpoint));
  const answered = probes.map((probe) => probe.name);
  const begun = await begin(ports, plan, options, answered);
  if (!begun.ok) return { problem: begun.problem, isRefused: false };
  const transaction = begun.value;
  const { timeout } = seen.config.rollback;
  const armed = await arm(ports, transaction, timeout, session);
  if (!armed.ok) return giveUp(ports, transaction, armed.problem);
  const noted = await saveState(ports.files, refused);
  if (!noted.ok) {
    await disarmDeadman(ports, armed.value);
    return giveUp(ports, transaction, noted.problem);
  }
  const until = ports.clock.monotonic() + timeout / 2;
  const common = { ports, plan, options, session, transaction, probes, endpoint, until };
  const measured = { ...common, ways: ways.value, services, armed: armed.value };
  return { work: { ...measured, addedDefaults: [], done: [], problems: [] }, state };
}

async function giveUp(ports: Ports, transaction: Transaction, problem: Problem): Promise<NotBegun> {
  await rollBack(ports, transaction, problem.message, null);
  return { problem, isRefused: false };
}

/** What becomes ours or known by this plan; on disk before anything is made with it. */
function rememberBefore({ seen, intention }: Plan): State {
  const { network, slots, learned } = intention.wanted;
  const { primary } = network;
  const held = new Set(
    seen.kernel.addresses.filter((entry) => entry.link === primary.name).map((entry) => entry.address),
  );
  const added = (primary.further ?? []).filter((address) => !held.has(address));
  return {
    ...seen.state,
    slots,
    detached: new Map([...seen.state.detached].filter(([mac]) => slots.has(mac))),
    learned,
    sysctls: intention.sysctls.kept,
    primaryAddresses: [...new Set([...seen.state.primaryAddresses, ...added])],
    ...ownBefore({ seen, intention }),
  };
}

function begin(
  ports: Ports,
  plan: Plan,
  options: RunOptions,
  answered: readonly ('gateway' | 'metadata')[],
): Promise<Result<Transaction>> {
  const { seen, intention } = plan;
  const { stack } = seen.detected;
  const undone = undoing(changeOf(intention, stack, seen.kernel));
  const actions = stackActions[stack.id];
  const revival = actions.revive(undone);
  const links = [...touchedNics(plan), ...undone.gone, ...undone.touched].map((nic) => nic.name);
  const base = seen.config.tableBase;
  return beginTransaction(ports, {
    why: `${options.trigger.kind}: ${options.trigger.detail}`,
    changes: intention.files.changes,
    owned: { before: seen.state.files, after: intention.files.owned },
    undo: {
      release: actions.release(undone),
      scoped: [...actions.scoped(undone), ...undoForwarding(intention.files.changes)],
      start: [...revival.scoped, ...revival.start],
      restart: revival.restart,
      primary: intention.wanted.network.primary.name,
      extent: { links: [...new Set(links)], first: base, last: base + 999, own: ownEntries(plan) },
      sysctls: undoSysctls(intention.sysctls),
    },
    answered,
    digest: plan.digest,
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
  if (noted.ok) return ok(armed.value);
  await disarmDeadman(ports, armed.value);
  return noted;
}
