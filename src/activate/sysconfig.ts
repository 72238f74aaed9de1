import type { Step } from '../model/step.ts';
import type { StackActions } from './actions.ts';
import { gone, touched, wasConfigured } from './scope.ts';
import { rise, serviceCommand, tidy } from './steps.ts';

/** The scripts of SLES 11. A second ifup returns 7 and keeps what is there, so ifdown comes first. */
export const sysconfig: StackActions = {
  id: 'sysconfig',
  reapplies: () => false,
  release: (change) => [
    ...touched(change)
      .filter((nic) => wasConfigured(change, nic.mac))
      .map((nic) => tidy(['ifdown', nic.name], `let ${nic.name} go by the files it came up with`)),
    ...gone(change).map((nic) => tidy(['ifdown', nic.name], `take ${nic.name} down before its files go`)),
  ],
  scoped: (change) => touched(change).map((nic) => ifup(nic.name)),
  service: ({ stack }) => [serviceCommand('restart', 'network', stack.init, 'restart the network service')],
  revive: ({ stack, network }) => ({
    scoped: [ifup(network.primary.name)],
    start: [serviceCommand('start', 'network', stack.init, 'start the network service')],
    restart: [serviceCommand('restart', 'network', stack.init, 'restart the network service')],
  }),
  refusal: () => null,
};

function ifup(name: string): Step {
  return rise(['ifup', name], `bring ${name} up by its files`);
}
