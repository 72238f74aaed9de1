import { asksOtherwise } from '../activate/asking.ts';
import { stackActions } from '../activate/registry.ts';
import { loadForwarding, unloadForwarding } from '../forwarding/steps.ts';
import type { Config } from '../model/config.ts';
import type { DesiredInterface } from '../model/desired.ts';
import type { Difference, IpCommand } from '../model/difference.ts';
import { forwardingPath } from '../model/forwarding.ts';
import type { KernelState } from '../model/kernel.ts';
import type { Mac } from '../model/mac.ts';
import type { Stack } from '../model/stack.ts';
import type { Change, Step } from '../model/step.ts';
import type { Intention } from './intend.ts';
import { isLease } from './repairs.ts';

/** How a change is brought into the kernel: steps as data, in the order of design section 7. */
export interface Activation {
  /** Before the files change. */
  readonly release: readonly Step[];
  /** After the files changed. */
  readonly takeUp: readonly Step[];
  /** What one `ip -batch` sets beside the files, at once. */
  readonly batch: readonly IpCommand[];
  /** What `takeUp` concerns: nothing but files and `ip`, the NICs alone, or the whole service with the primary. */
  readonly reach: Reach;
  /** The restart of the whole service, run only when the NICs are still not as desired. */
  readonly service: readonly Step[];
}

/** How far what was run reaches. */
export type Reach = 'ip' | 'scoped' | 'service';

export interface ActivationInput {
  readonly intention: Intention;
  readonly due: readonly Difference[];
  readonly stack: Stack;
  readonly kernel: KernelState;
  readonly activation: Config['activation'];
  /** A person asked for the restart of the whole service. */
  readonly restart: boolean;
}

/**
 * Chooses the mildest way for each NIC. Where its files stay and only the kernel drifted, or only addresses, routes
 * and rules differ on a stack that cannot take those up in place, `ip -batch` does it and the NIC is not bounced.
 */
export function planActivation(input: ActivationInput): Activation {
  const { intention, due, stack, kernel, activation, restart } = input;
  const actions = stackActions[stack.id];
  if (activation === 'none' && !restart)
    return { release: [], takeUp: [], batch: [], reach: 'ip', service: [] };
  const { network } = intention.wanted;
  const files = intention.files.changes;
  const ways = {
    reapplies: actions.reapplies(stack),
    leaksByOther: actions.leaksByOtherProfile?.(stack) ?? false,
  };
  const touched = network.secondaries.filter((nic) => needsSteps(nic, input, ways));
  const linkNames = kernel.links.map((link) => link.name);
  const change: Change = { network, stack, files, touched, gone: leaving(intention), linkNames };
  const whole = actions.service(change);
  const isNeeded = touched.length + change.gone.length > 0;
  // Its files of enid's go, and its distribution's are to be read again.
  const isPrimaryBack = change.gone.some(({ mac }) => mac === network.primary.mac);
  const scoped = [...actions.scoped(change), ...(isPrimaryBack ? actions.revive(change).scoped : [])];
  const isWhole = restart || (activation === 'service' && isNeeded);
  return {
    release: isNeeded ? actions.release(change) : [],
    takeUp: withForwarding(isWhole ? whole : isNeeded ? scoped : [], intention, due),
    batch: due.flatMap((difference) => difference.mend),
    reach: isWhole ? 'service' : isNeeded ? 'scoped' : 'ip',
    service: activation === 'auto' && !isWhole ? whole : [],
  };
}

/** A NIC is marked before it comes up, and unmarked after it went. */
function withForwarding(
  steps: readonly Step[],
  { files, forwarding }: Intention,
  due: readonly Difference[],
): readonly Step[] {
  const isDue = due.some(({ kind }) => kind === 'forwarding');
  if (!isDue && files.changes.every(({ path }) => path !== forwardingPath)) return steps;
  return forwarding.desired === null ? [...steps, unloadForwarding] : [loadForwarding, ...steps];
}

/** What the activator is told when a change is undone: the same NICs, from the files as they were. */
export function changeOf(intention: Intention, stack: Stack, kernel: KernelState): Change {
  const { network } = intention.wanted;
  const macs = new Set(intention.files.changes.map((file) => file.mac));
  const touched = network.secondaries.filter((nic) => macs.has(nic.mac));
  const linkNames = kernel.links.map((link) => link.name);
  return { network, stack, files: intention.files.changes, touched, gone: leaving(intention), linkNames };
}

/** NICs that go and leave files or state behind; one that never had any needs no step. */
function leaving(intention: Intention): Change['gone'] {
  const macs = new Set(intention.files.changes.map((file) => file.mac));
  return intention.wanted.gone.filter((nic) => macs.has(nic.mac));
}

const byBatch: ReadonlySet<Difference['kind']> = new Set<Difference['kind']>([
  'address-missing',
  'address-surplus',
  'address-conflict',
  'route-missing',
  'route-wrong',
  'route-surplus',
  'rule-missing',
  'rule-surplus',
  'rule-duplicate',
  'leak-into-main',
  'default-stolen',
  'mirror-missing',
  'mirror-surplus',
  'mark-missing',
  'mark-surplus',
  'sysctl',
]);

const lacksLink: ReadonlySet<Difference['kind']> = new Set<Difference['kind']>([
  'link-missing',
  'link-wrong',
]);

const leaks: ReadonlySet<Difference['kind']> = new Set<Difference['kind']>([
  'leak-into-main',
  'default-stolen',
]);

function needsSteps(
  nic: DesiredInterface,
  { intention, due }: ActivationInput,
  { reapplies, leaksByOther }: { readonly reapplies: boolean; readonly leaksByOther: boolean },
): boolean {
  const differs = due.filter((difference) => difference.mac === nic.mac);
  const files = intention.files.changes.filter((file) => file.mac === nic.mac);
  const isOthers = (entry: Difference): boolean => leaksByOther && leaks.has(entry.kind);
  if (files.length === 0)
    return differs.some((entry) => isLease(entry) || lacksLink.has(entry.kind) || isOthers(entry));
  const isNew = files.every((file) => file.before === null);
  if (isNew || reapplies || asksOtherwise(files)) return true;
  return differs.some((entry) => !byBatch.has(entry.kind) || isLease(entry));
}

/** True when something that could be mended was not, on one of these NICs: reason to restart the service. */
export function stillWrong(differences: readonly Difference[], macs: ReadonlySet<Mac>): boolean {
  return differences.some((entry) => entry.mac !== null && macs.has(entry.mac) && entry.mend.length > 0);
}
