import type { DesiredInterface } from '../model/desired.ts';
import { type Stack, versionAtLeast } from '../model/stack.ts';
import type { Change, Step } from '../model/step.ts';
import { isOnForeignParent, vlanUnit } from '../model/vlan.ts';
import type { StackActions } from './actions.ts';
import { filesOf, gone, touched } from './scope.ts';
import { rise, serviceCommand, tell, tidy } from './steps.ts';

/** systemd-networkd. `networkctl reload` and `reconfigure` came with 244; before, only a restart makes it read files. */
export const networkd: StackActions = {
  id: 'networkd',
  reapplies: canReload,
  // A wildcard .network is common, and reload reads ours while the link still waits for udev.
  takesNewNics: canReload,
  release: (change) => gone(change).flatMap((nic) => stopUnits(change, nic.name)),
  scoped: (change) => [...rereadUnits(change), ...takeUpFiles(change), ...makeVlans(change)],
  service: ({ stack }) => [restartNetworkd(stack, 'restart')],
  revive: ({ stack, network }) => ({
    scoped: canReload(stack) ? [reload, reconfigure(network.primary.name)] : [],
    start: [restartNetworkd(stack, 'start')],
    restart: [restartNetworkd(stack, 'restart')],
  }),
  refusal: () => null,
};

/** True where networkd can be told to read its files again. */
export function canReload(stack: Stack): boolean {
  return versionAtLeast(stack.versions.systemd, 244);
}

/**
 * Makes networkd act on .network files that were written or removed, or on a NIC that is not as its unchanged files say.
 * `reload` reconfigures exactly the NICs whose files changed.
 */
export function takeUpFiles(change: Change): readonly Step[] {
  const nics = touched(change);
  const left = gone(change);
  if (!canReload(change.stack)) {
    const needed = nics.length > 0 || left.some((nic) => nic.present);
    return needed ? [restartNetworkd(change.stack, 'restart')] : [];
  }
  const unchanged = nics.filter((nic) => filesOf(change, nic.mac).length === 0);
  const changed = unchanged.length < nics.length || left.length > 0;
  return [...(changed ? [reload] : []), ...unchanged.map(setUpAgain)];
}

/** A VLAN that is to be made again is not there yet; once it is, networkd configures it by itself. */
function setUpAgain({ name, vlan }: DesiredInterface): Step {
  return { ...reconfigure(name), mayFail: vlan !== null };
}

export const reload: Step = tell(['networkctl', 'reload'], 'let systemd-networkd read its files again');

export function reconfigure(name: string): Step {
  return tell(['networkctl', 'reconfigure', name], `let systemd-networkd set ${name} up again`);
}

export function restartNetworkd(stack: Stack, verb: 'start' | 'restart'): Step {
  return serviceCommand(verb, 'systemd-networkd', stack.init, `${verb} systemd-networkd`);
}

/**
 * VLANs of parents that are not ours are made by a unit. It waits for its parent's device, which PID 1 knows a moment after
 * the kernel does.
 */
export function makeVlans(change: Change): readonly Step[] {
  return touched(change)
    .filter((nic) => isOnForeignParent(nic, change.network, change.stack))
    .map(({ name, vlan }) => ({
      ...rise(['systemctl', 'restart', vlanUnit(name)], `make the VLAN ${name} on ${vlan?.parent}`),
      runAs: 'own',
      afterTimeout: 'end',
    }));
}

/**
 * Old versions have tables and rules in a unit of ours beside the .network file: its ExecStop takes the rules away. A unit that
 * made a VLAN only forgets that it did.
 */
export function stopUnits(change: Change, name: string): readonly Step[] {
  const units = [
    [`enid-policy-${name}.service`, `remove the rules of ${name}`],
    [vlanUnit(name), `forget that ${name} was made`],
  ] as const;
  return units
    .filter(([unit]) => change.files.some((file) => file.path.endsWith(`/${unit}`)))
    .map(([unit, why]) => ({ ...tidy(['systemctl', 'stop', unit], why), runAs: 'own' }));
}

export function rereadUnits(change: Change): readonly Step[] {
  if (!change.files.some((file) => file.path.startsWith('/etc/systemd/system/'))) return [];
  const reread = tell(['systemctl', 'daemon-reload'], 'let systemd read its units again');
  // All generators run with it; on a busy machine with one slow processor 15 s were not enough (seen).
  return [{ ...reread, runAs: 'own', timeout: 30_000 }];
}
