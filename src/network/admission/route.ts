import { splitPrefix } from '../../model/address.ts';
import type { InstanceRoute } from '../../model/instance.ts';
import { firstObjection, type ValueRule } from './candidate.ts';
import { gatewayRules } from './gateway.ts';
import { isNoHost } from './kinds.ts';

/**
 * What no route behind another gateway may be. A wide one is no harm: routes of a NIC stand in its own table, and only packets from
 * its own addresses take them.
 */
export const routeRules: readonly ValueRule<InstanceRoute>[] = [
  ({ destination }) =>
    isNoHost(splitPrefix(destination).base) ? `${destination} cannot lie behind a gateway` : null,
  ({ destination, via }, nic, ground) => {
    const objection = firstObjection(gatewayRules, via, nic, ground);
    return objection === null ? null : `${destination}: ${objection}`;
  },
];
