import type { DesiredInterface } from '../model/desired.ts';
import { definitionId } from '../model/netplan.ts';
import type { Change, Step } from '../model/step.ts';
import type { Machine, StackActions } from './actions.ts';
import { generate } from './netplan-generate.ts';
import {
  canReload,
  makeVlans,
  networkd,
  reconfigure,
  reload,
  rereadUnits,
  restartNetworkd,
  stopUnits,
  takeUpFiles,
} from './networkd.ts';
import { canReapply, networkManager, reapply } from './networkmanager.ts';
import { filesOf, gone, touched } from './scope.ts';
import { restart, rise, serviceCommand, tell } from './steps.ts';

/**
 * netplan. `netplan apply` reconfigures every NIC, the primary included, and with NetworkManager behind it stops that first;
 * so one NIC is taken up by `netplan generate` and the back end's own means, and `apply` is left to the restart.
 */
export const netplan: StackActions = {
  id: 'netplan',
  reapplies: (stack) => (stack.renderer === 'networkd' ? canReload(stack) : canReapply(stack)),
  leaksByOtherProfile: (stack) => stack.renderer === 'networkmanager',
  takesNewNics: (stack) => stack.renderer === 'networkd' && canReload(stack),
  release: (change) => gone(change).flatMap((nic) => stopUnits(change, nic.name)),
  scoped: (change) => {
    const concerned = touched(change).length + gone(change).length;
    if (concerned === 0) return [];
    const regenerate = change.files.some((file) => file.mac !== null) ? [generate] : [];
    if (byNetworkManager(change)) return [...regenerate, ...takeUpProfiles(change)];
    return [...rereadUnits(change), ...regenerate, ...takeUpFiles(change), ...makeVlans(change)];
  },
  service: (machine) => [
    restart(['netplan', 'apply'], 'let netplan apply all its files'),
    ...(byNetworkManager(machine) ? takeUpAgain(machine) : []),
  ],
  revive: (machine) => {
    const { stack, network } = machine;
    const all = [restart(['netplan', 'apply'], 'let netplan apply all its files')];
    if (byNetworkManager(machine)) {
      const start = [serviceCommand('start', 'NetworkManager', stack.init, 'start NetworkManager')];
      return { scoped: [generate, ...networkManager.revive(machine).scoped], start, restart: all };
    }
    const scoped = canReload(stack) ? [generate, reload, reconfigure(network.primary.name)] : [generate];
    return { scoped, start: [restartNetworkd(stack, 'start')], restart: all };
  },
  refusal: (output) =>
    /^.*(?:Error in network definition|Invalid YAML|Error while loading).*$/m.exec(output)?.[0] ??
    networkd.refusal(output),
};

function byNetworkManager({ stack }: Pick<Change, 'stack'>): boolean {
  return stack.renderer === 'networkmanager';
}

/**
 * `netplan apply` stops NetworkManager and makes it forget which profile each NIC had. Of the NICs whose profile does not
 * go by their name it leaves the addresses, and NetworkManager takes such a NIC for somebody else's, or for one of its
 * automatic profiles, whose default route comes before the primary's (seen with netplan 1.1 and NetworkManager 1.52).
 */
function takeUpAgain({ network }: Machine): readonly Step[] {
  if (network.secondaries.length === 0) return [];
  return [
    { ...restart(startedUp, 'wait until NetworkManager is there again'), mayFail: true },
    ...network.secondaries.map(takeUpBy),
  ];
}

/** nm-online(1), until the devices known at its start have settled: `netplan apply` does not wait for that. */
const startedUp = ['nm-online', '--wait-for-startup', '--quiet', '--timeout=30'];

/** The profiles that netplan generates are called `netplan-` and the definition's id; a VLAN has one of ours. */
function takeUpProfiles(change: Change): readonly Step[] {
  const nics = touched(change);
  const changed = gone(change).length > 0 || nics.some((nic) => filesOf(change, nic.mac).length > 0);
  const reread = tell(
    ['nmcli', 'connection', 'reload'],
    'let NetworkManager read the profiles that netplan made',
  );
  const steps = nics.flatMap((nic) => {
    const files = filesOf(change, nic.mac);
    const isSame = files.length > 0 && files.every(({ before, after }) => before !== null && after !== null);
    return isSame && canReapply(change.stack) ? reapply(nic.name, files) : [takeUpBy(nic)];
  });
  return [...(changed ? [reread] : []), ...steps];
}

function takeUpBy(nic: DesiredInterface): Step {
  const profile = nic.vlan === null ? `netplan-${definitionId(nic)}` : `enid-${nic.name}`;
  return rise(['nmcli', 'connection', 'up', profile], `take ${nic.name} up by its profile`);
}
