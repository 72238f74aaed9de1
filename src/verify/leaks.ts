import { isBySource } from '../kernel/default-routes.ts';
import { contains, type Prefix, prefixOf, splitPrefix } from '../model/address.ts';
import type { DesiredInterface } from '../model/desired.ts';
import type { Difference, IpCommand } from '../model/difference.ts';
import { type KernelRoute, type KernelState, mainTable } from '../model/kernel.ts';
import { removeRoute } from './commands.ts';
import type { Comparison } from './comparison.ts';
import { hasOtherDefault, isStray, primaryDefault, takenDefaults } from './defaults.ts';
import { withoutDevice } from './multipath.ts';
import { isMatch } from './routes.ts';

/** Link-local and multicast destinations say nothing about where packets to others go. */
const harmless: readonly Prefix[] = ['fe80::/10', 'ff00::/8', '224.0.0.0/4'] as Prefix[];
/** Metadata lives here, and network-scripts' zeroconf route covers it. */
const linkLocal = '169.254.0.0/16' as Prefix;
const byLease: ReadonlySet<string | null> = new Set(['dhcp', 'ra', 'redirect']);

/**
 * What reached main through a secondary and must not stand there (design section 3), and a default that went with
 * the secondary that had taken it. Where no other default is left the primary's is set first; where its gateway is not
 * known the last default stays, since a wrong one is better than none, unless it is a stray one ({@link isStray}).
 */
export function leakDifferences(compared: Comparison): readonly Difference[] {
  const { kernel, present } = compared;
  const leaks = present.flatMap((nic) =>
    kernel.routes
      .filter((route) => isLeak(route, nic, kernel))
      .map((route): Difference => {
        const isDefault = isWide(route.destination);
        return {
          kind: isDefault ? 'default-stolen' : 'leak-into-main',
          mac: nic.mac,
          text: `${isDefault ? 'a default' : 'a'} route in main goes by ${nic.name}: ${route.spec}`,
          mend: isDefault ? withoutDefault(route, nic, compared) : without(route, nic),
        };
      }),
  );
  return [...leaks, ...takenDefaults(compared)];
}

function without(route: KernelRoute, nic: DesiredInterface): readonly IpCommand[] {
  return route.device === null ? withoutDevice(route, nic.name) : [removeRoute(route)];
}

function withoutDefault(
  route: KernelRoute,
  nic: DesiredInterface,
  { kernel, network }: Comparison,
): readonly IpCommand[] {
  const isNeedless =
    hasOtherDefault(route.family, kernel, network.secondaries) || isStray(route, network.primary);
  if (isNeedless) return without(route, nic);
  const instead = primaryDefault(route.family, kernel, network.primary);
  return instead === null ? [] : [instead, ...without(route, nic)];
}

/**
 * True for a route in main by the NIC that its lease, its router advertisement or the kernel brought and that may not
 * be there: any default or half of one, all of a lease's or an advertisement's routes, anything over 169.254.0.0/16,
 * and the subnet's route unless that is where the DHCP client of this stack keeps it. DHCP clients that put
 * the subnet into main (dhclient, dhcpcd) do not mark their other routes, so there every route counts; elsewhere one
 * without such a mark was set by a person, as was one to the subnet of an address that a person added.
 */
export function isLeak(route: KernelRoute, nic: DesiredInterface, kernel: KernelState): boolean {
  if (route.table !== mainTable || route.type !== 'unicast' || isBySource(route)) return false;
  if (!isBy(route, nic.name) || nic.routes.some((wanted) => isMatch(route, wanted))) return false;
  if (harmless.some((range) => contains(range, route.destination))) return false;
  if (isWide(route.destination)) return true;
  if (byLease.has(route.protocol) || contains(linkLocal, route.destination)) return !isConnected(route, nic);
  if (route.protocol === 'kernel') return !isConnected(route, nic) && !isOfAddress(route, nic, kernel);
  const own = nic[route.family];
  const unmarked = own?.method === 'dhcp' && own.connected === 'main';
  return unmarked && !isConnected(route, nic);
}

/** The whole Internet, or one of the halves that VPNs use to overrule a default. */
function isWide(destination: Prefix): boolean {
  return splitPrefix(destination).length <= 1;
}

function isBy(route: KernelRoute, device: string): boolean {
  if (route.device !== null) return route.device === device;
  return withoutDevice(route, device).length > 0;
}

/** The route to the NIC's own subnet, where the stack keeps it in main. */
function isConnected(route: KernelRoute, nic: DesiredInterface): boolean {
  const own = nic[route.family];
  if (own?.connected !== 'main' || route.via !== null) return false;
  return own.subnet === null ? route.protocol === 'kernel' : route.destination === own.subnet;
}

/**
 * The kernel's route for one address (IPv6), or for the subnet of an address that is not ours. Not the NIC's own subnet, to which
 * replies of the primary would leave by the NIC: that somebody gives an address its length does not move it to main.
 */
function isOfAddress(route: KernelRoute, nic: DesiredInterface, kernel: KernelState): boolean {
  const own = nic[route.family];
  const ours = new Set<string | null>([own?.address ?? null, ...(own?.further ?? [])]);
  const { base, length } = splitPrefix(route.destination);
  return kernel.addresses.some((entry) => {
    if (entry.link !== nic.name || entry.family !== route.family) return false;
    if (length === 128 && entry.address === base) return true;
    const isPersons = !ours.has(entry.address) && !entry.flags.includes('dynamic');
    const isOwnSubnet = own?.connected === 'table' && route.destination === own.subnet;
    return isPersons && !isOwnSubnet && prefixOf(entry.address, entry.prefixLength) === route.destination;
  });
}
