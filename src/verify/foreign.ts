import { formOf } from '../kernel/band.ts';
import { type Address, contains, type Prefix } from '../model/address.ts';
import { commonRoute } from '../model/common-route.ts';
import type { DesiredNetwork } from '../model/desired.ts';
import { type KernelRoute, type KernelRule, type KernelState, localTable } from '../model/kernel.ts';
import type { Mac } from '../model/mac.ts';
import type { GoneInterface } from '../model/step.ts';
import { isLeak } from './leaks.ts';
import { isOwnSource, sourcesByTable } from './own-sources.ts';
import { isAccounted, isMatch } from './routes.ts';

/** What enid may change: tables and rules of all slots, the NICs it manages and those it managed. */
export interface Ours {
  readonly slots: ReadonlyMap<Mac, number>;
  readonly tableBase: number;
  readonly gone: readonly GoneInterface[];
  /** Addresses that enid itself set on the primary: their going is no harm. */
  readonly onPrimary?: readonly Address[];
  /** What enid set in the band (`State.commons`, `State.sources`): another route or rule there is somebody else's. */
  readonly commons?: readonly string[];
  readonly sources?: ReadonlyMap<Mac, readonly Prefix[]>;
}

/** Protocols (rtnetlink.h) of routes that come and go with the network: routing daemons, redirects, advertisements. */
const changeable: ReadonlySet<string | null> = new Set([
  ...['redirect', 'ra'],
  ...['8', '10', '11', '12', '13', '14', '15', '42', '99', '186', '187', '188', '189', '192'],
]);
/** Made by the kernel for every link that is up. */
const ofLinks: readonly Prefix[] = ['fe80::/10', 'ff00::/8', '224.0.0.0/4'] as Prefix[];
/** Protocols of routes that go and come with a NIC that is taken down and up. */
const withNic: ReadonlySet<string | null> = new Set(['kernel', 'dhcp']);

/**
 * Routes of somebody else that are gone though their device is still up. Another metric or source is no loss, nor is
 * one that somebody moved: to whose destination a new route leads, unless a secondary brought that into main.
 */
export function lostRoutes(
  before: KernelState,
  after: KernelState,
  network: DesiredNetwork,
  ours: Ours,
): readonly KernelRoute[] {
  const held = new Set(after.routes.map(keyOf));
  const links = new Set(after.links.filter((link) => link.up).map((link) => link.name));
  const former = new Set(before.routes.map(keyOf));
  const moved = new Set(
    after.routes
      .filter((route) => !former.has(keyOf(route)) && !isLeaked(route, after, network))
      .map(placeOf),
  );
  return before.routes.filter(
    (route) =>
      !held.has(keyOf(route)) &&
      !moved.has(placeOf(route)) &&
      (route.device === null || links.has(route.device)) &&
      isLasting(route) &&
      !isOurs(route, before, network, ours),
  );
}

/** Rules of somebody else that are gone. */
export function lostRules(before: KernelState, after: KernelState, ours: Ours): readonly KernelRule[] {
  const held = new Set(after.rules.map((rule) => `${rule.family} ${rule.spec}`));
  const sources = sourcesByTable({ secondaries: [] }, ours);
  return before.rules.filter(
    (rule) => !held.has(`${rule.family} ${rule.spec}`) && !isOurRule(rule, ours, sources),
  );
}

function isLasting(route: KernelRoute): boolean {
  if (changeable.has(route.protocol) || route.table === localTable || route.table === 0) return false;
  if (route.family === 'ipv6' && route.protocol === 'kernel') return false;
  return !ofLinks.some((range) => contains(range, route.destination));
}

/** In a table of ours or by a NIC of ours, where its lease, the kernel, a network service or enid put it. */
function isOurs(route: KernelRoute, before: KernelState, network: DesiredNetwork, ours: Ours): boolean {
  if (tablesOf(ours).has(route.table) && isAccounted(route, network)) return true;
  if (ours.commons?.includes(commonRoute(route)) === true) return true;
  if (ours.gone.some((nic) => nic.name === route.device)) return true;
  const nic = network.secondaries.find((entry) => entry.name === route.device);
  if (nic === undefined) return false;
  if (withNic.has(route.protocol) || nic.routes.some((wanted) => isMatch(route, wanted))) return true;
  return isLeak(route, nic, before);
}

function isLeaked(route: KernelRoute, kernel: KernelState, network: DesiredNetwork): boolean {
  return network.secondaries.some((nic) => isLeak(route, nic, kernel));
}

function isOurRule(
  rule: KernelRule,
  { tableBase }: Ours,
  sources: ReadonlyMap<number, ReadonlySet<Prefix>>,
): boolean {
  const form = formOf(rule, tableBase);
  return form === 'source' ? isOwnSource(rule, tableBase, sources) : form !== null;
}

function tablesOf({ slots, tableBase, gone }: Ours): ReadonlySet<number> {
  const tables = [...slots.values()].map((slot) => tableBase + slot);
  return new Set([tableBase, ...tables, ...gone.map((nic) => nic.table)]);
}

function keyOf(route: KernelRoute): string {
  const way = route.device === null ? route.spec : `${route.via} ${route.device}`;
  return [placeOf(route), route.type, way].join(' ');
}

/** What a route is asked for: packets to a destination, from a source if it names one. */
function placeOf(route: KernelRoute): string {
  const source = /(?:^| )from (\S+)/.exec(route.spec)?.[1];
  return [route.family, route.table, route.destination, source].join(' ');
}
