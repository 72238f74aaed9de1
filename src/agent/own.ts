import { type OwnEntries, routeIdentity, ruleIdentity } from '../kernel/restore.ts';
import { type Address, families, hostPrefix, type Prefix } from '../model/address.ts';
import { commonRoute } from '../model/common-route.ts';
import type { DesiredInterface, PolicyRule } from '../model/desired.ts';
import type { KernelRoute, KernelRule, KernelState } from '../model/kernel.ts';
import type { Mac } from '../model/mac.ts';
import type { State } from '../model/state.ts';
import { unlistedRules } from '../network/unlisted.ts';
import { commonRule, commonsAfter, commonsOf, isCommonRule } from '../verify/commons.ts';
import { isOwnSource, sourcesByTable } from '../verify/own-sources.ts';
import { isAccounted } from '../verify/routes.ts';
import type { Plan } from './plan.ts';

/** What enid set: by it alone its own addresses, routes and rules are told from somebody else's. */
type Own = Pick<State, 'addresses' | 'sources' | 'commons'>;

/**
 * What is to be remembered before anything is set: what was ours, and what this plan may set. An address that is on the NIC
 * already, or a rule that stands already, is somebody else's; after state.json was lost, an address that a rule of ours names is
 * ours.
 */
export function ownBefore({ seen, intention }: Pick<Plan, 'seen' | 'intention'>): Own {
  const { state, kernel, config } = seen;
  const { network } = intention.wanted;
  const addresses = new Map(state.addresses);
  const sources = new Map(state.sources);
  const unlisted = config.policyRouting ? unlistedRules(kernel, network, state.addresses) : [];
  for (const nic of network.secondaries) {
    const isOurs = (address: Address): boolean =>
      !holds(kernel, nic.name, address) || (state.tableBase === null && isNamed(kernel, nic, address));
    addresses.set(nic.mac, union(state.addresses.get(nic.mac), addressesOf(nic).filter(isOurs)));
    const added = unlisted.filter((rule) => rule.table === nic.table && !stands(kernel, rule));
    sources.set(
      nic.mac,
      union(
        state.sources.get(nic.mac),
        sourcesOf(nic),
        added.flatMap(({ from }) => from ?? []),
      ),
    );
  }
  return { addresses, sources, commons: union(state.commons, commonsOf(network)) };
}

/**
 * What is to be remembered of `before` ({@link ownBefore}, or the state) once the kernel is as it is now: what is desired or still
 * stands. Rules for addresses that came meanwhile are ours where they were not there at the start. The sources of a NIC
 * that was detached stay: a network service may add its rules once more.
 */
export function ownAfter(
  { seen, intention }: Pick<Plan, 'seen' | 'intention'>,
  before: Own,
  kernel: KernelState,
): Own {
  const { network, gone } = intention.wanted;
  const { tableBase, policyRouting } = seen.config;
  const addresses = new Map(before.addresses);
  const sources = new Map(before.sources);
  const unlisted = policyRouting ? unlistedRules(kernel, network, before.addresses) : [];
  for (const nic of network.secondaries) {
    const desired = addressesOf(nic);
    const isKept = (address: Address) => desired.includes(address) || holds(kernel, nic.name, address);
    enter(addresses, nic.mac, union(before.addresses.get(nic.mac)).filter(isKept));
    const own = sourcesOf(nic);
    const isStanding = (from: Prefix) => own.includes(from) || stands(kernel, ruleFrom(from, nic));
    const added = unlisted.filter(
      (rule) => rule.table === nic.table && stands(kernel, rule) && !stands(seen.kernel, rule),
    );
    const former = union(before.sources.get(nic.mac)).filter(isStanding);
    enter(
      sources,
      nic.mac,
      union(
        former,
        own,
        added.flatMap(({ from }) => from ?? []),
      ),
    );
  }
  for (const { mac, name } of gone) {
    enter(
      addresses,
      mac,
      union(before.addresses.get(mac)).filter((address) => holds(kernel, name, address)),
    );
  }
  return { addresses, sources, commons: commonsAfter(before.commons, network, kernel, tableBase) };
}

/** What of the kernel is ours or may become ours by this plan: what a rollback may remove and add. */
export function ownEntries(plan: Pick<Plan, 'seen' | 'intention'>): OwnEntries {
  const { kernel, config } = plan.seen;
  const { network, slots, gone } = plan.intention.wanted;
  const own = ownBefore(plan);
  const sources = sourcesByTable(network, { ...own, slots, gone, tableBase: config.tableBase });
  const isOwnRoute = (route: KernelRoute) =>
    isAccounted(route, network) || own.commons.includes(commonRoute(route));
  const isOwnRule = (rule: KernelRule) =>
    isOwnSource(rule, config.tableBase, sources) || own.commons.includes(commonRule(rule));
  const desired = network.secondaries;
  return {
    addresses: union(...own.addresses.values(), desired.flatMap(addressesOf)),
    routes: [
      ...desired.flatMap(({ routes }) => routes.map(routeIdentity)),
      ...kernel.routes.filter(isOwnRoute).map(routeIdentity),
    ],
    rules: [
      ...[...desired.flatMap(({ rules }) => rules), ...ownUnlisted(plan, own)].map(ruleIdentity),
      ...kernel.rules.filter(isOwnRule).map(ruleIdentity),
    ],
  };
}

/** What enid set until now and the kernel still shows: also by changes that wrote no file, of which no journal is kept. */
export function ownNow(
  state: Own & Pick<State, 'slots'>,
  kernel: KernelState,
  tableBase: number,
): OwnEntries {
  // The rule of an address that enid did not set may be a person's by now.
  const sources = new Map(
    [...state.slots].map(([mac, slot]) => {
      const own = new Set(union(state.addresses.get(mac)).map(hostPrefix));
      return [tableBase + slot, own] as const;
    }),
  );
  const isOwnRule = (rule: KernelRule): boolean =>
    isOwnSource(rule, tableBase, sources) || state.commons.includes(commonRule(rule));
  return {
    addresses: union(...state.addresses.values()),
    routes: kernel.routes.filter((route) => state.commons.includes(commonRoute(route))).map(routeIdentity),
    rules: kernel.rules.filter(isOwnRule).map(ruleIdentity),
  };
}

/** What is to be remembered after a rollback: what was, and what of the entries that it may have set again stands now. */
export function ownAgain(
  state: Own & Pick<State, 'slots'>,
  set: OwnEntries | undefined,
  kernel: KernelState,
  tableBase: number,
): Own {
  const addresses = new Map(state.addresses);
  const sources = new Map(state.sources);
  const rules = kernel.rules.filter((rule) => set?.rules.includes(ruleIdentity(rule)) === true);
  const routes = kernel.routes.filter((route) => set?.routes.includes(routeIdentity(route)) === true);
  for (const [mac, slot] of state.slots) {
    const table = tableBase + slot;
    const own = rules.filter((rule) => rule.table === table && rule.priority === table && rule.to === null);
    enter(
      sources,
      mac,
      union(
        state.sources.get(mac),
        own.flatMap(({ from }) => from ?? []),
      ),
    );
    const link = kernel.links.find((entry) => entry.mac === mac);
    const held = kernel.addresses.filter(
      (entry) => entry.link === link?.name && set?.addresses.includes(entry.address) === true,
    );
    enter(
      addresses,
      mac,
      union(
        state.addresses.get(mac),
        held.map(({ address }) => address),
      ),
    );
  }
  const commons = [
    ...rules.filter((rule) => isCommonRule(rule, tableBase)).map(commonRule),
    ...routes.map(commonRoute),
  ];
  return { addresses, sources, commons: union(state.commons, commons) };
}

function ownUnlisted(
  { seen, intention }: Pick<Plan, 'seen' | 'intention'>,
  { sources }: Own,
): readonly PolicyRule[] {
  const { network } = intention.wanted;
  const macs = new Map(network.secondaries.map(({ table, mac }) => [table, mac]));
  const isOwn = ({ table, from }: PolicyRule): boolean => {
    const mac = macs.get(table);
    return mac !== undefined && from !== null && sources.get(mac)?.includes(from) === true;
  };
  return seen.config.policyRouting
    ? unlistedRules(seen.kernel, network, seen.state.addresses).filter(isOwn)
    : [];
}

function enter<T>(map: Map<Mac, readonly T[]>, mac: Mac, all: readonly T[]): void {
  if (all.length === 0) map.delete(mac);
  else map.set(mac, all);
}

function union<T>(...lists: readonly (readonly T[] | undefined)[]): readonly T[] {
  return [...new Set(lists.flatMap((list) => list ?? []))];
}

function addressesOf(nic: DesiredInterface): readonly Address[] {
  return families.flatMap((family) => {
    const own = nic[family];
    return own === null ? [] : [...(own.address === null ? [] : [own.address]), ...own.further];
  });
}

function sourcesOf({ rules }: DesiredInterface): readonly Prefix[] {
  return rules.flatMap(({ from, to }) => (from === null || to !== null ? [] : [from]));
}

function holds({ addresses }: KernelState, link: string, address: Address): boolean {
  return addresses.some((entry) => entry.link === link && entry.address === address);
}

function isNamed(kernel: KernelState, nic: DesiredInterface, address: Address): boolean {
  return stands(kernel, ruleFrom(hostPrefix(address), nic));
}

function ruleFrom(from: Prefix, { table }: DesiredInterface): Pick<PolicyRule, 'from' | 'table'> {
  return { from, table };
}

/** `from P lookup T priority T` is in the kernel. */
function stands({ rules }: KernelState, { from, table }: Pick<PolicyRule, 'from' | 'table'>): boolean {
  return rules.some(
    (rule) =>
      !rule.special &&
      rule.from === from &&
      rule.to === null &&
      rule.table === table &&
      rule.priority === table,
  );
}
