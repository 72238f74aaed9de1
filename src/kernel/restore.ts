import { mirrorProtocol } from '../model/desired.ts';
import type { IpCommand } from '../model/difference.ts';
import type { KernelAddress, KernelRoute, KernelRule, KernelState, Link } from '../model/kernel.ts';
import { formOf } from './band.ts';
import { dropRoute, dropRule, replayAddress, replayRoute, replayRule } from './replay.ts';

/** What of the kernel a change may have touched: these links, and the tables and priorities of the band. */
export interface Extent {
  readonly links: readonly string[];
  readonly first: number;
  readonly last: number;
  /** What of all this is ours. Absent in journals of 0.1.0: all of it. */
  readonly own?: OwnEntries;
}

/** Addresses, and routes and rules by their keys ({@link routeIdentity}, {@link ruleIdentity}). */
export interface OwnEntries {
  readonly addresses: readonly string[];
  readonly routes: readonly string[];
  readonly rules: readonly string[];
}

/** The same for a route that is desired and for what the kernel shows of it. */
export function routeIdentity({
  family,
  table,
  destination,
  via,
  device,
}: Pick<KernelRoute, 'family' | 'table' | 'destination' | 'via' | 'device'>): string {
  return [family, table, destination, via, device].join(' ');
}

/** The same for a rule that is desired and for what the kernel shows of it. */
export function ruleIdentity({
  family,
  priority,
  from,
  to,
  table,
  suppressPrefixLength,
}: Pick<KernelRule, 'family' | 'priority' | 'from' | 'to' | 'table' | 'suppressPrefixLength'>): string {
  return [family, priority, from, to, table, suppressPrefixLength].join(' ');
}

/** Protocols of routes in our tables that a lease, an advertisement, the kernel or the route replication keeps there. */
const keptByOthers: ReadonlySet<string | null> = new Set(['kernel', 'dhcp', 'ra', String(mirrorProtocol)]);

/** True for what of the band belongs to the change: not for the routes and rules there that somebody else set. */
export function isWithin(entry: KernelRoute | KernelRule, { first, last, own }: Extent): boolean {
  const isRule = 'priority' in entry;
  const number = isRule ? entry.priority : entry.table;
  if (number < first || number > last) return false;
  if (own === undefined) return true;
  if (isRule) return formOf(entry, first) === 'mark' || own.rules.includes(ruleIdentity(entry));
  return keptByOthers.has(entry.protocol) || own.routes.includes(routeIdentity(entry));
}

/**
 * The commands that lead from the kernel as it is now back to a snapshot, within an extent and of what is ours there: first rules,
 * routes and addresses that were not there go, then those that were come back. An address of somebody else may be in use by another
 * machine by now, so it neither goes nor comes back. VLANs that were made go and those that were taken away are
 * made again; other links that are gone meanwhile are passed over.
 */
export function restoring(snapshot: KernelState, now: KernelState, extent: Extent): readonly IpCommand[] {
  const vlans = vlansBack(snapshot, now, extent.links);
  const present = new Set([...now.links, ...vlans.lost].map((link) => link.name));
  const was = within(snapshot, extent);
  const is = within(now, extent);
  const back = {
    addresses: missing(was.addresses, is.addresses, addressKey).filter((entry) => present.has(entry.link)),
    routes: missing(was.routes, is.routes, routeKey).filter(
      (route) => route.device === null || present.has(route.device),
    ),
    rules: missing(was.rules, is.rules, ruleKey),
  };
  return [
    // The last first: those before keep replies from the NIC to which the last ones lead.
    ...missing(is.rules, was.rules, ruleKey).map(dropRule).reverse(),
    ...missing(is.routes, was.routes, routeKey).map(dropRoute),
    ...missing(is.addresses, was.addresses, addressKey).map(dropAddress),
    ...vlans.commands,
    ...linksBack(snapshot, now, extent.links),
    ...back.addresses.map(replayAddress),
    ...[...back.routes]
      .sort((one, other) => Number(one.via !== null) - Number(other.via !== null))
      .map(replayRoute),
    ...back.rules.map(replayRule),
  ];
}

function within(kernel: KernelState, extent: Extent): Pick<KernelState, 'addresses' | 'routes' | 'rules'> {
  const { own } = extent;
  const isOurs = ({ address, flags }: KernelAddress) =>
    own === undefined || flags.includes('dynamic') || own.addresses.includes(address);
  return {
    addresses: kernel.addresses.filter(
      (entry) => extent.links.includes(entry.link) && entry.scope !== 'link' && isOurs(entry),
    ),
    routes: kernel.routes.filter((route) => isWithin(route, extent)),
    rules: kernel.rules.filter(
      (rule) => isWithin(rule, extent) && (!rule.special || formOf(rule, extent.first) === 'mark'),
    ),
  };
}

/** What makes the VLANs within the extent what they were; `lost` are those that come back. */
function vlansBack(
  snapshot: KernelState,
  now: KernelState,
  names: readonly string[],
): { readonly lost: readonly Link[]; readonly commands: readonly IpCommand[] } {
  const within = ({ links }: KernelState) =>
    links.filter((link) => link.kind === 'vlan' && names.includes(link.name));
  const lost = missing(within(snapshot), within(now), vlanKey).filter((link) =>
    now.links.some((other) => other.name === link.parent),
  );
  const drop = missing(within(now), within(snapshot), vlanKey).map(({ name }) => `link del dev ${name}`);
  const make = lost.flatMap(({ name, mac, parent, vlanId, up }) => [
    `link add link ${parent} name ${name} address ${mac} type vlan id ${vlanId}`,
    ...(up ? [`link set dev ${name} up`] : []),
  ]);
  return { lost, commands: [...drop, ...make].map((line) => ({ family: 'link', line })) };
}

const vlanKey = (link: Link) => `${link.name} ${link.parent} ${link.vlanId} ${link.mac}`;

/** Links go up or down again, as they were. */
function linksBack(snapshot: KernelState, now: KernelState, links: readonly string[]): readonly IpCommand[] {
  const wasUp = new Map(snapshot.links.map((link) => [link.index, link.up]));
  return now.links
    .filter((link) => links.includes(link.name) && wasUp.has(link.index) && wasUp.get(link.index) !== link.up)
    .map((link) => ({ family: 'link', line: `link set dev ${link.name} ${link.up ? 'down' : 'up'}` }));
}

function missing<T>(wanted: readonly T[], there: readonly T[], key: (entry: T) => string): readonly T[] {
  const held = new Set(there.map(key));
  return wanted.filter((entry) => !held.has(key(entry)));
}

const addressKey = (entry: KernelAddress) => `${entry.link} ${entry.address}/${entry.prefixLength}`;
const routeKey = (route: KernelRoute) => `${route.family} ${route.table} ${route.spec}`;
const ruleKey = (rule: KernelRule) => `${rule.family} ${rule.spec}`;

function dropAddress(entry: KernelAddress): IpCommand {
  return {
    family: entry.family,
    line: `address del ${entry.address}/${entry.prefixLength} dev ${entry.link}`,
  };
}
