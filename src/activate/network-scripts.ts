import type { Change, Step } from '../model/step.ts';
import type { StackActions } from './actions.ts';
import { gone, touched, wasConfigured } from './scope.ts';
import { rise, serviceCommand, tidy } from './steps.ts';

/**
 * Red Hat's network-scripts. ifdown deletes rules line by line from the rule file of the moment, so it comes before the
 * files change; ifup on a NIC that is up only adds.
 */
export const networkScripts: StackActions = {
  id: 'network-scripts',
  reapplies: () => false,
  release: (change) => [
    ...touched(change)
      .filter((nic) => wasConfigured(change, nic.mac))
      .map((nic) => tidy(['ifdown', nic.name], `let ${nic.name} go by the files it came up with`)),
    ...gone(change).flatMap((nic) => [
      tidy(['ifdown', nic.name], `take ${nic.name} down before its files go`),
      ...(nic.present ? [] : [endClient(nic.name)]),
    ]),
  ],
  scoped: (change) =>
    touched(change).flatMap((nic) => [...keepFromNetworkManager(change, nic.name), ifup(nic.name)]),
  service: ({ stack }) => [serviceCommand('restart', 'network', stack.init, 'restart the network service')],
  revive: ({ stack, network }) => ({
    scoped: [ifup(network.primary.name)],
    start: [serviceCommand('start', 'network', stack.init, 'start the network service')],
    restart: [serviceCommand('restart', 'network', stack.init, 'restart the network service')],
  }),
  refusal: (output) =>
    /^.*(?:does not seem to be present|different MAC address).*$/m.exec(output)?.[0] ?? null,
};

function ifup(name: string): Step {
  return rise(['ifup', name], `bring ${name} up by its files`);
}

/** NetworkManager, where it runs too, makes a profile of its own for every new NIC until it has read NM_CONTROLLED=no. */
function keepFromNetworkManager({ stack }: Change, name: string): readonly Step[] {
  if (stack.versions.networkmanager === null) return [];
  const file = `/etc/sysconfig/network-scripts/ifcfg-${name}`;
  return [tidy(['nmcli', 'connection', 'load', file], `show NetworkManager that ${name} is not its own`)];
}

/** ifdown of a NIC that is no longer there stops at its missing MAC address and leaves the client behind. */
function endClient(name: string): Step {
  const argv = ['dhclient', '-x', '-pf', `/var/run/dhclient-${name}.pid`, name];
  return tidy(argv, `end the DHCP client of ${name}, which is gone`);
}
