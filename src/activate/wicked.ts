import type { StackActions } from './actions.ts';
import { filesOf, gone, touched, wasConfigured } from './scope.ts';
import { rise, serviceCommand, tidy } from './steps.ts';

/**
 * SUSE's wicked. The daemon does the work, so a command that is left alone loses nothing. `ifreload` takes a NIC whose files
 * changed down and up and clears what went away; `ifup` on an unchanged one adds what is missing.
 */
export const wicked: StackActions = {
  id: 'wicked',
  reapplies: () => false,
  release: () => [],
  scoped: (change) => [
    ...gone(change).map((nic) =>
      tidy(['wicked', 'ifreload', nic.name], `let wicked drop ${nic.name}, whose files are gone`),
    ),
    ...touched(change).map((nic) => {
      const reload = filesOf(change, nic.mac).length > 0 && wasConfigured(change, nic.mac);
      return rise(
        ['wicked', reload ? 'ifreload' : 'ifup', nic.name],
        `let wicked bring ${nic.name} up by its files`,
      );
    }),
  ],
  service: ({ stack }) => [serviceCommand('restart', 'network', stack.init, 'restart the network service')],
  revive: ({ stack, network }) => ({
    scoped: [
      rise(
        ['wicked', 'ifup', network.primary.name],
        `let wicked bring the primary ${network.primary.name} up`,
      ),
    ],
    start: [serviceCommand('start', 'network', stack.init, 'start the network service')],
    restart: [serviceCommand('restart', 'network', stack.init, 'restart the network service')],
  }),
  refusal: (output) =>
    /^.*(?:Cannot parse|Invalid routing rule|unable to parse).*$/m.exec(output)?.[0] ?? null,
};
