import type { KernelState } from '../model/kernel.ts';
import { ok, type Result } from '../model/problem.ts';
import type { Ports } from '../ports/ports.ts';
import { planDigest } from '../transaction/content.ts';
import { type Activation, planActivation } from './activation.ts';
import { type Intention, intend } from './intend.ts';
import type { Ground, Knowledge } from './knowledge.ts';
import { type Observation, observe } from './observe.ts';
import type { RunOptions } from './pipeline.ts';
import { dueRepairs, type Repairs } from './repairs.ts';
import type { Session } from './session.ts';

/** Everything up to the decision; nothing is touched. */
export interface Plan {
  readonly seen: Observation;
  readonly intention: Intention;
  readonly repairs: Repairs;
  readonly activation: Activation;
  /** The same for the same work: a plan that was rolled back is known by it. */
  readonly digest: string;
}

/** network -> distro/stack -> render -> plan. Errors: those of the stages. */
export async function makePlan(
  ports: Ports,
  knowledge: Knowledge,
  ground: Ground,
  kernel: KernelState,
  options: RunOptions,
  session: Session,
): Promise<Result<Plan>> {
  const seen = await observe(ports, ground.config, knowledge, kernel, session);
  if (!seen.ok) return seen;
  const intention = await intend(ports, seen.value, session, options.force);
  if (!intention.ok) return intention;
  const differences = ground.config.activation === 'none' ? [] : intention.value.differences;
  const repairs = dueRepairs(differences, session, ports.clock.monotonic());
  const activation = planActivation({
    intention: intention.value,
    due: repairs.due,
    stack: seen.value.detected.stack,
    kernel: seen.value.kernel,
    activation: ground.config.activation,
    restart: options.restart,
  });
  const digest = digestOf(seen.value, intention.value);
  return ok({ seen: seen.value, intention: intention.value, repairs, activation, digest });
}

/**
 * Another network wanted, other files, NICs in the kernel, stack or configuration make it another plan. A NIC that was
 * detached and attached again is another link: the kernel numbers links anew. A VLAN's number tells nothing, since
 * a rollback removes and adds VLANs itself.
 */
export function digestOf(
  { kernel, config, detected: { stack } }: Pick<Observation, 'kernel' | 'config' | 'detected'>,
  { files, wanted }: Pick<Intention, 'files' | 'wanted'>,
): string {
  const { primary, secondaries } = wanted.network;
  const interfaces = { ...config.interfaces, addresses: [...config.interfaces.addresses] };
  const macs = new Set<string | null>([primary, ...secondaries].map((nic) => nic.mac));
  const links = kernel.links
    .filter((link) => macs.has(link.mac))
    .map(({ name, mac, kind, index }) => [name, mac, ...(kind === 'vlan' ? [] : [index])].join(' '));
  return planDigest(files.changes, [
    JSON.stringify([primary, secondaries, links, stack.id, stack.format, { ...config, interfaces }]),
  ]);
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
