import { untilStepsEnd } from '../activate/launch.ts';
import { stackActions } from '../activate/registry.ts';
import { runStep, stepFailed } from '../activate/run.ts';
import { runBatch } from '../kernel/batch.ts';
import { setSysctls } from '../kernel/sysctls.ts';
import type { Difference } from '../model/difference.ts';
import { forwardingPath } from '../model/forwarding.ts';
import { fail, ok, type Result } from '../model/problem.ts';
import { commandOf, type Step } from '../model/step.ts';
import { beginSteps, noteStep, writeFiles } from '../transaction/transaction.ts';
import { letGo } from './hold.ts';
import type { Plan } from './plan.ts';
import { addProvenWay } from './prove-way.ts';
import { noteRepairs } from './repairs.ts';
import { needsService, type Verdict, verify } from './verdict.ts';
import { timeLeft, type Work } from './work.ts';

/**
 * The primary's way is proved and its default added where another NIC gives up the only one; then release -> write -> activate -> verify; the whole service is restarted only where the scoped way did not do.
 * An error means: put everything back.
 */
export async function applyAndVerify(work: Work): Promise<Result<Verdict>> {
  const { activation } = work.plan;
  const added = await addProvenWay(work.ports, work.plan, work.endpoint);
  if (!added.ok) return added;
  work.addedDefaults.push(...added.value);
  const applied = await apply(work);
  if (!applied.ok) return applied;
  const verdict = await verify(work, activation.reach);
  if (!isShort(work, verdict)) return verdict;
  // What goes on by itself may still set it, and to restart the service under it would break what it does.
  const steps = await untilStepsEnd(work.ports, timeLeft(work) / 2);
  if (steps === 'running') return verdict;
  const later = steps === 'ended' ? await verifyAgain(work, verdict.value) : verdict;
  if (!isShort(work, later)) return later;
  work.done.push(...later.value.done);
  const restarted = await runSteps(work, activation.service);
  return restarted.ok ? verify(work, 'service') : restarted;
}

/** Nothing is harmed, and yet NICs are not as desired. */
function isShort(
  work: Work,
  verdict: Result<Verdict>,
): verdict is Extract<Result<Verdict>, { readonly ok: true }> {
  return verdict.ok && verdict.value.harm.length === 0 && needsService(work.plan, verdict.value.differences);
}

async function verifyAgain(work: Work, { done }: Verdict): Promise<Result<Verdict>> {
  const again = await verify(work, work.plan.activation.reach);
  return again.ok ? ok({ ...again.value, done: [...done, ...again.value.done] }) : again;
}

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
  const freed = await letGo(
    ports.files,
    intention.wanted.network.secondaries.map(({ mac }) => mac),
  );
  if (!freed.ok) return freed;
  return activation.takeUp.length === 0 ? mend(work) : ok(undefined);
}

const pastTense = { create: 'wrote', replace: 'rewrote', remove: 'removed' } as const;

/** What differs where files stay is drift; what comes with new files, or with a new NIC, is the change itself. */
function isRepair({ intention, seen }: Plan): (difference: Difference) => boolean {
  const changing = new Set(intention.files.changes.map((file) => file.mac));
  const { names } = seen.state;
  const isMarking = intention.files.changes.some(({ path }) => path === forwardingPath);
  return ({ mac, kind }) => {
    if (isMarking && (kind === 'mark-missing' || kind === 'mark-surplus')) return false;
    return mac === null || (!changing.has(mac) && names.has(mac));
  };
}

/** The batch planned beforehand, where no step changed the kernel in between; else {@link verify} mends what differs. */
async function mend(work: Work): Promise<Result<void>> {
  const { batch } = work.plan.activation;
  if (batch.length === 0) return ok(undefined);
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
    const place = commandOf(step);
    const left = timeLeft(work);
    if (left === 0)
      return fail('command-timeout', place, 'half of rollback.timeout is over', 'raise rollback.timeout');
    const noted = await noteStep(transaction, step.argv);
    if (!noted.ok) return noted;
    const ran = await runStep(ports, { ...step, timeout: Math.min(step.timeout, left) });
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
