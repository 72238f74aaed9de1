import type { Stack } from '../model/stack.ts';
import type { Change, Step } from '../model/step.ts';
import type { Machine, StackActions } from './actions.ts';
import { gone, touched, wasConfigured } from './scope.ts';
import { restart, rise, serviceCommand, tidy } from './steps.ts';

/**
 * Debian's ifupdown. ifdown goes by the stanza of the moment, so it comes before the files change. On Ubuntu 14.04 upstart's
 * job `networking` refuses to restart or never returns: there every NIC goes down and up by itself, the primary last.
 */
export const ifupdown: StackActions = {
  id: 'ifupdown',
  reapplies: () => false,
  release: (change) => [
    ...touched(change).flatMap((nic) => [
      tidy(
        ['ifdown', ...given(change.stack, nic.name), nic.name],
        `let ${nic.name} go by the stanza it came up with`,
      ),
      ...(wasConfigured(change, nic.mac) ? [] : [dropHelper(nic.name)]),
    ]),
    ...gone(change).map((nic) =>
      tidy(
        ['ifdown', '--force', ...given(change.stack, nic.name), nic.name],
        `take ${nic.name} down before its files go`,
      ),
    ),
  ],
  scoped: (change) => touched(change).map((nic) => ifup(change, nic.name)),
  service: (machine) => (machine.stack.init === 'systemd' ? restartService('restart') : oneByOne(machine)),
  revive: (machine) => {
    const { name } = machine.network.primary;
    const scoped = [rise(['ifup', '--force', name], `bring the primary ${name} up again`)];
    if (machine.stack.init === 'systemd')
      return { scoped, start: restartService('start'), restart: restartService('restart') };
    return {
      scoped,
      start: [rise(['ifup', '-a'], 'bring up every NIC that is down')],
      restart: bounce(name),
    };
  },
  refusal: (output) => /^.*\/etc\/network\/interfaces\S*:\d+: .*$/m.exec(output)?.[0] ?? null,
};

/** Where /etc/network/interfaces includes nothing, the stanza is named to the command. */
function given(stack: Stack, name: string): readonly string[] {
  if (stack.include !== 'none') return [];
  return ['-i', `/etc/network/interfaces.d/enid-${name.replace(/\./g, '_')}`];
}

function ifup({ stack }: Change, name: string): Step {
  return rise(['ifup', ...given(stack, name), name], `bring ${name} up by its stanza`);
}

/** Debian's cloud images write a DHCP stanza for every new NIC that has none; two stanzas of a name are one for ifupdown. */
function dropHelper(name: string): Step {
  const path = `/run/network/interfaces.d/${name}`;
  return tidy(['rm', '-f', path], `remove the stanza that cloud-ifupdown-helper made for ${name}`);
}

function restartService(verb: 'start' | 'restart'): readonly Step[] {
  return [
    serviceCommand(verb, 'networking', 'systemd', `${verb} the networking service`),
    restart(
      ['ifup', '--allow=hotplug', '-a'],
      'bring up the NICs that the service leaves to hot-plug events',
    ),
  ];
}

function oneByOne({ stack, network }: Machine): readonly Step[] {
  const ours = network.secondaries.flatMap((nic) => bounce(nic.name, given(stack, nic.name)));
  return [...ours, ...bounce(network.primary.name)];
}

function bounce(name: string, options: readonly string[] = []): readonly Step[] {
  return [
    tidy(
      ['ifdown', ...options, name],
      `take ${name} down; restarting the whole service does not return here`,
    ),
    rise(['ifup', ...options, name], `bring ${name} up again`),
  ];
}
