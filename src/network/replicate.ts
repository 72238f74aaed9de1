import { contains, type Family, overlaps, type Prefix, splitPrefix } from '../model/address.ts';
import type { DesiredInterface, DesiredNetwork, ReplicatedRoute } from '../model/desired.ts';
import { type KernelRoute, type KernelState, type Link, mainTable } from '../model/kernel.ts';
import { linksOf, replicaWords } from '../model/replica.ts';

const shortest: Readonly<Record<Family, number>> = { ipv4: 8, ipv6: 32 };
const never: readonly Prefix[] = ['169.254.0.0/16', '224.0.0.0/4', 'fe80::/10', 'ff00::/8'] as Prefix[];

/**
 * The routes of main that a secondary's table repeats, so that what is sent from its addresses reaches the same networks: those
 * by devices that are no ENI (bridges, tunnels, CNI devices: whatever is no NIC of the cloud), in every table; and those by the
 * secondary itself that `isPersons`, in its own. Of several to one destination the one that main prefers counts. The limits: /8 or
 * longer (IPv6 /32), neither link-local nor multicast nor overlapping an ENI's subnet, prefix or routes. Any scope; multipath
 * routes and encapsulations too. Set with `proto 210`. Pure.
 */
export function replicatedRoutes(
  kernel: KernelState,
  network: DesiredNetwork,
  isPersons: (route: KernelRoute, nic: DesiredInterface) => boolean,
): readonly ReplicatedRoute[] {
  const nics = nicNames(kernel, network);
  const taken = prefixesOf(network);
  const routes = preferred(kernel.routes.filter(isOfMain)).filter((route) => isFollowed(route, taken));
  return network.secondaries.flatMap((nic) =>
    routes
      .filter(
        (route) => nic[route.family] !== null && nic.rules.some(({ family }) => family === route.family),
      )
      .filter((route) => {
        const links = linksOf(route);
        const isBy = (link: string) => !nics.has(link) || (link === nic.name && isPersons(route, nic));
        return links.length > 0 && links.every(isBy);
      })
      .map((route): ReplicatedRoute => {
        const { family, destination } = route;
        return { family, table: nic.table, destination, words: replicaWords(route) };
      }),
  );
}

/**
 * The NICs of the cloud, and the loopback. By name as the metadata names them; beside them every Ethernet NIC with a device behind it
 * (one that the metadata does not list yet, a VF with the MAC of another), and what is a member of a bond.
 */
function nicNames({ links }: KernelState, network: DesiredNetwork): ReadonlySet<string> {
  const { primary, secondaries, setAside } = network;
  const named = [primary, ...secondaries, ...setAside].flatMap((nic) => nic.name ?? []);
  const bonds = new Set(links.filter(({ kind }) => kind === 'bond').map(({ name }) => name));
  const isNic = ({ type, kind, hasDevice, master }: Link): boolean =>
    type === 'loopback' ||
    (type === 'ether' && kind === null && hasDevice) ||
    (master !== null && bonds.has(master));
  return new Set([...named, ...links.filter(isNic).map(({ name }) => name)]);
}

function isOfMain(route: KernelRoute): boolean {
  return route.table === mainTable && !/(?:^| )(?:from|tos|dsfield) /.test(route.spec);
}

/** Of the routes to one destination the one with the lowest metric, of these the first. */
function preferred(routes: readonly KernelRoute[]): readonly KernelRoute[] {
  const best = new Map<string, KernelRoute>();
  for (const route of routes) {
    const key = `${route.family} ${route.destination}`;
    const other = best.get(key);
    if (other === undefined || route.metric < other.metric) best.set(key, route);
  }
  return [...best.values()];
}

function isFollowed(route: KernelRoute, taken: readonly Prefix[]): boolean {
  return (
    route.type === 'unicast' &&
    splitPrefix(route.destination).length >= shortest[route.family] &&
    !never.some((range) => contains(range, route.destination)) &&
    !taken.some((prefix) => overlaps(prefix, route.destination))
  );
}

function prefixesOf(network: DesiredNetwork): readonly Prefix[] {
  const { primary, secondaries } = network;
  const subnets = [primary, ...secondaries].flatMap((nic) => [nic.ipv4?.subnet, nic.ipv6?.subnet]);
  const families = secondaries.flatMap((nic) => [nic.ipv4, nic.ipv6]);
  const delegated = families.flatMap((own) => own?.prefixes ?? []);
  const routed = families.flatMap((own) => own?.routes ?? []).map(({ destination }) => destination);
  return [...subnets, ...delegated, ...routed].filter(
    (prefix): prefix is Prefix => prefix !== undefined && prefix !== null,
  );
}
