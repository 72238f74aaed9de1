import { type Address, contains } from '../../model/address.ts';
import type { DesiredInterface, PolicyRoute, PolicyRule } from '../../model/desired.ts';
import { type Stack, versionAtLeast } from '../../model/stack.ts';
import { isDefault } from '../ifcfg/iproute.ts';
import { isLeased } from '../ifcfg/view.ts';

/** Which file each route and rule of a NIC goes to. */
export interface Placement {
  /** ifroute-NAME, in an order in which each gateway is reachable when its route is set. */
  readonly routes: readonly PolicyRoute[];
  /** ifrule-NAME. */
  readonly rules: readonly PolicyRule[];
  /** What only `ip` can do, from a script that ifup runs. */
  readonly script: { readonly routes: readonly PolicyRoute[]; readonly rules: readonly PolicyRule[] };
}

/**
 * wicked knows ifrule- since 0.6.33; SLES 11 never did. An ifroute- file sets routes of its own NIC only: wicked takes
 * another name in the interface column for a mistake and uses its own.
 */
export function placePolicy(nic: DesiredInterface, stack: Stack): Placement {
  const knowsRules = stack.id === 'wicked' && versionAtLeast(stack.versions.wicked, 0, 6, 33);
  const inFile = (route: PolicyRoute) => route.device === nic.name && isPlain(route, nic, stack);
  return {
    routes: nic.routes.filter(inFile),
    rules: knowsRules ? nic.rules : [],
    script: {
      routes: nic.routes.filter((route) => !inFile(route)),
      rules: knowsRules ? [] : nic.rules,
    },
  };
}

/**
 * Whether ifroute- can hold the route. There is no `onlink` there, so the gateway must be within a subnet route of the
 * same table, and the kernel must look for it in that table (since 4.4, commit 3bfd847203c6; before, in main). On SLES 11
 * every default goes through a stack of defaults that ifdown puts back into main.
 */
function isPlain(route: PolicyRoute, nic: DesiredInterface, stack: Stack): boolean {
  if (route.via === null) return true;
  if (stack.id === 'sysconfig' && isDefault(route)) return false;
  if (route.via.startsWith('fe80:')) return true;
  const { kernel } = stack.versions;
  const oldKernel = kernel !== null && !versionAtLeast(kernel, 4, 4);
  return !oldKernel && isReachable(route.via, route, nic);
}

function isReachable(gateway: Address, route: PolicyRoute, nic: DesiredInterface): boolean {
  return nic.routes.some(
    (other) =>
      other.via === null &&
      other.device === route.device &&
      other.table === route.table &&
      contains(other.destination, gateway),
  );
}

/**
 * A line of ifroute-: destination, gateway, netmask, interface, options (ifroute(5)). The source is named only where the
 * address is there for certain: a lease comes later and an IPv6 address is tentative at first, and a line that fails
 * takes all the others with it.
 */
export function routeLine(route: PolicyRoute, nic: DesiredInterface): string {
  const { destination, via, device, table, source, metric } = route;
  const known = source !== null && route.family === 'ipv4' && !isLeased('ipv4', nic.ipv4);
  return [
    isDefault(route) && via !== null ? 'default' : destination,
    via ?? '-',
    '-',
    device,
    'table',
    table,
    ...(known ? ['src', source] : []),
    ...(metric === 0 ? [] : ['metric', metric]),
  ].join(' ');
}
