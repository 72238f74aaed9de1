import { isBySource } from '../kernel/default-routes.ts';
import { type Family, hostPrefix } from '../model/address.ts';
import { commonRoute } from '../model/common-route.ts';
import {
  type DesiredInterface,
  type DesiredNetwork,
  mirrorProtocol,
  type PolicyRoute,
} from '../model/desired.ts';
import type { Difference, IpCommand } from '../model/difference.ts';
import { type KernelRoute, type KernelState, mainTable } from '../model/kernel.ts';
import type { Mac } from '../model/mac.ts';
import { removeRoute, setRoute } from './commands.ts';
import type { Comparison } from './comparison.ts';
import { hasOwnAddress } from './leases.ts';

/** Protocols of routes that a lease, an advertisement or the kernel keeps: nothing to quarrel about in a NIC's own table. */
const keptByOthers: ReadonlySet<string | null> = new Set(['kernel', 'dhcp', 'ra']);
const mirrorName = String(mirrorProtocol);

export interface RouteDifferences {
  readonly removals: readonly Difference[];
  /** On the link itself first, so that a gateway is reachable when the route through it is set. */
  readonly additions: readonly Difference[];
}

/**
 * Routes of the NICs' tables, of table 21000 and of main where a NIC shall have one there. `route-missing`,
 * `route-wrong` (to the right destination by another gateway or device: one that we set, or one that the kernel prefers) and,
 * of routes that we set (`State.commons`), `route-surplus`. Another route in our tables is somebody else's and stays.
 * A route that cannot be set before the NIC has its address is no difference until then: the address's absence is one
 * already. Mirrored routes are compared apart.
 */
export function routeDifferences(compared: Comparison): RouteDifferences {
  const { kernel, network, context, present, owners, commons, waiting } = compared;
  const desired = network.secondaries
    .filter((nic) => present.includes(nic))
    .flatMap((nic) => nic.routes.map((route) => ({ nic, route })))
    .sort((one, other) => Number(one.route.via !== null) - Number(other.route.via !== null));
  const unmatched = unmatchedRoutes(compared);
  const additions: Difference[] = [];
  for (const { nic, route } of desired) {
    const wrong = unmatched.filter(
      (entry) =>
        isSamePlace(entry, route) &&
        route.table !== mainTable &&
        (commons.has(commonRoute(entry)) || isPreferred(entry, route, kernel)),
    );
    const isThere = kernel.routes.some((entry) => isMatch(entry, route));
    if (isThere ? wrong.length === 0 : !canBeSet(route, nic, kernel)) continue;
    const mend = [...wrong.map(removeRoute), ...(isThere ? [] : [setRoute(route)])];
    const kind = wrong.length === 0 ? 'route-missing' : 'route-wrong';
    additions.push({ kind, mac: nic.mac, text: textOf(route, wrong), mend });
  }
  const places = desired.map(({ route }) => route);
  const removals = unmatched
    .filter((entry) => commons.has(commonRoute(entry)))
    .filter((entry) => !places.some((route) => isSamePlace(entry, route)))
    .filter((entry) => entry.table !== context.tableBase || !waiting)
    .map((entry) => surplus(entry, owners.get(entry.table) ?? null));
  return { removals, additions };
}

/** True where the kernel takes this route and not the desired one: a lower metric, or of one metric the first. */
function isPreferred(entry: KernelRoute, route: PolicyRoute, { routes }: KernelState): boolean {
  const right = routes.find((other) => isMatch(other, route));
  const metric = right?.metric ?? (route.metric || usualMetric[route.family]);
  const isFirst = right === undefined || routes.indexOf(entry) < routes.indexOf(right);
  return entry.metric < metric || (entry.metric === metric && isFirst);
}

/** The metric of a route that is set without one (IPv6: IP6_RT_PRIO_USER of linux/ipv6_route.h). */
const usualMetric: Readonly<Record<Family, number>> = { ipv4: 0, ipv6: 1024 };

/**
 * Unicast routes in tables of ours that no desired route accounts for and nobody else keeps; of the table that all
 * NICs share, only those that we remember.
 */
function unmatchedRoutes({ kernel, network, context, owners, commons }: Comparison): readonly KernelRoute[] {
  return kernel.routes.filter(
    (entry) =>
      (entry.table === context.tableBase ? commons.has(commonRoute(entry)) : owners.has(entry.table)) &&
      entry.type === 'unicast' &&
      !isAccounted(entry, network),
  );
}

/**
 * True for a route in a table of ours that is desired, is replicated from main, is kept by a lease, an advertisement or the
 * kernel on the NIC of that table, or stands beside a desired one because a network service needs it.
 */
export function isAccounted(
  entry: KernelRoute,
  { secondaries }: Pick<DesiredNetwork, 'secondaries'>,
): boolean {
  const device = secondaries.find((nic) => nic.table === entry.table)?.name;
  return (
    entry.protocol === mirrorName ||
    (keptByOthers.has(entry.protocol) && entry.device === device) ||
    secondaries.some((nic) =>
      nic.routes.some((route) => leadsToGateway(entry, route) || isMatch(entry, route)),
    )
  );
}

/**
 * NetworkManager sets a host route beside each IPv6 route to a global gateway, in the same table, though the subnet's route is
 * there (seen with 1.42): it leads where the subnet's does.
 */
function leadsToGateway(entry: KernelRoute, { table, device, via }: PolicyRoute): boolean {
  const isHere = entry.table === table && entry.device === device && entry.via === null;
  return isHere && via !== null && entry.destination === hostPrefix(via);
}

/** True when the kernel's route does what the desired one should. A source that was not set does no harm. */
export function isMatch(entry: KernelRoute, route: PolicyRoute): boolean {
  return (
    isSamePlace(entry, route) &&
    entry.via === route.via &&
    entry.device === route.device &&
    (entry.source === null || route.source === null || entry.source === route.source) &&
    (route.table !== mainTable || route.metric === 0 || entry.metric === route.metric)
  );
}

function isSamePlace(entry: KernelRoute, route: PolicyRoute): boolean {
  return (
    entry.family === route.family &&
    entry.table === route.table &&
    entry.destination === route.destination &&
    entry.type === 'unicast' &&
    !isBySource(entry)
  );
}

/**
 * The kernel refuses a route whose source is not set. A static address is set before it in the same batch; a lease's
 * address, and one that another machine holds, are not ours to bring.
 */
function canBeSet(route: PolicyRoute, nic: DesiredInterface, kernel: KernelState): boolean {
  const own = nic[route.family];
  if (own === null || route.device !== nic.name) return true;
  const isTaken = kernel.addresses.some(
    (entry) => entry.link === nic.name && entry.address === route.source && entry.flags.includes('dadfailed'),
  );
  return own.method === 'dhcp' ? hasOwnAddress(nic, route.family, kernel) : !isTaken;
}

function surplus(entry: KernelRoute, mac: Mac | null): Difference {
  const mend: readonly IpCommand[] = [removeRoute(entry)];
  return {
    kind: 'route-surplus',
    mac,
    text: `route ${entry.spec} is left in table ${entry.table}`,
    mend,
  };
}

function textOf(route: PolicyRoute, wrong: readonly KernelRoute[]): string {
  const via = route.via === null ? '' : ` via ${route.via}`;
  const text = `route ${route.destination}${via} dev ${route.device} in table ${route.table}`;
  const instead = wrong.map((entry) => entry.spec).join(', ');
  return instead === '' ? `${text} is missing` : `${text} stands as ${instead}`;
}
