import { type Address, contains, type Family, families, hostPrefix, type Prefix } from '../model/address.ts';
import type {
  DesiredFamily,
  DesiredInterface,
  DesiredPrimary,
  PolicyRoute,
  PolicyRule,
  PrimaryFamily,
} from '../model/desired.ts';
import { defaultDestination, mainTable } from '../model/kernel.ts';
import type { RuleForms } from '../model/rule-forms.ts';
import { subnetRules } from './subnet-rules.ts';

/** A secondary before its routes and rules. */
export type Addressed = Omit<DesiredInterface, 'routes' | 'rules'>;

/**
 * Gives every secondary the routes and rules that keep the promises of design section 3: its own addresses leave by its own
 * table, and new connections into its subnet leave by it ({@link subnetRules}). What serves a subnet rather than a NIC stands on
 * the lowest slot in it, so that no two files carry the same rule.
 */
export function withPolicy(
  nics: readonly Addressed[],
  primary: DesiredPrimary,
  base: number,
  forms: RuleForms,
): readonly DesiredInterface[] {
  const extras = new Map<number, { routes: PolicyRoute[]; rules: PolicyRule[] }>();
  for (const nic of nics) extras.set(nic.slot, { routes: [], rules: [] });
  for (const family of families) addSubnetRules({ nics, primary, family, base, forms }, extras);
  return nics.map((nic) => {
    const extra = extras.get(nic.slot) ?? { routes: [], rules: [] };
    const routes = families.flatMap((family) => tableRoutes(nic, family));
    const rules = families.flatMap((family) => sourceRules(nic, family));
    return {
      ...nic,
      routes: [...routes, ...extra.routes],
      rules: [...rules, ...extra.rules].sort((one, other) => one.priority - other.priority),
    };
  });
}

/**
 * For `policy_routing: false`: no rule and no table of its own. A host prefix still needs its subnet in main.
 */
export function withoutPolicy(nics: readonly Addressed[]): readonly DesiredInterface[] {
  return nics.map((nic) => {
    const routes = families
      .filter((family) => nic[family]?.method === 'static')
      .flatMap((family) => tableRoutes(nic, family))
      .filter((route) => route.via === null)
      .map((route) => ({ ...route, table: mainTable }));
    return { ...nic, routes, rules: [] };
  });
}

/** For `default_route: metric`: a default in main that is worse than any other, with the table's number as metric. */
export function withMetricDefault(nic: DesiredInterface): DesiredInterface {
  const defaults = families
    .flatMap((family) => tableRoutes(nic, family))
    .filter((route) => route.destination === defaultDestination[route.family])
    .map((route) => ({ ...route, table: mainTable, metric: nic.table }));
  return { ...nic, routes: [...nic.routes, ...defaults] };
}

/** `from A lookup T` for every address and delegated prefix of the NIC. */
function sourceRules(nic: Addressed, family: Family): readonly PolicyRule[] {
  const own = nic[family];
  if (own === null) return [];
  const hosts = [...(own.address === null ? [] : [own.address]), ...own.further].map(hostPrefix);
  const sources = [...new Set([...hosts, ...own.prefixes])];
  const common = { family, priority: nic.table, to: null, table: nic.table, suppressPrefixLength: null };
  return sources.map((from) => ({ ...common, from }));
}

/** The subnet first: old kernels and wicked accept a default only when its gateway is already reachable. */
function tableRoutes(nic: Addressed, family: Family): readonly PolicyRoute[] {
  const own = nic[family];
  if (own === null) return [];
  const common = { family, table: nic.table, device: nic.name, source: own.address, metric: 0 };
  const routes: PolicyRoute[] = [];
  if (own.subnet !== null) routes.push({ ...common, destination: own.subnet, via: null, onlink: false });
  const byDefault = { destination: defaultDestination[family], via: own.gateway };
  for (const { destination, via } of [...own.routes, byDefault]) {
    if (via !== null) routes.push({ ...common, destination, via, onlink: needsOnlink(via, own, family) });
  }
  return routes;
}

/**
 * A host prefix does not cover the gateway, nor does a subnet that it lies outside of. IPv6 finds the gateway by the
 * subnet route in the same table, and would refuse `onlink` where main leads to the gateway by another device
 * (kernel: ip6_route_check_nh_onlink), as it does in a subnet shared with the primary.
 */
function needsOnlink(gateway: Address, own: DesiredFamily, family: Family): boolean {
  if (gateway.startsWith('fe80:')) return false;
  const isOutside = own.subnet === null || !contains(own.subnet, gateway);
  return isOutside || (family === 'ipv4' && own.method === 'static');
}

interface Situation {
  readonly nics: readonly Addressed[];
  readonly primary: DesiredPrimary;
  readonly family: Family;
  readonly base: number;
  readonly forms: RuleForms;
}

function addSubnetRules(
  { nics, primary, family, base, forms }: Situation,
  extras: Map<number, { routes: PolicyRoute[]; rules: PolicyRule[] }>,
): void {
  const own = primary[family];
  let hasPrimaryTable = false;
  for (const [subnet, members] of bySubnet(nics, family)) {
    const first = members[0];
    const extra = first === undefined ? undefined : extras.get(first.slot);
    if (first === undefined || extra === undefined) continue;
    const inMain = members.some((nic) => nic[family]?.connected === 'main');
    const shared = members.some((nic) => nic[family]?.sharedWithPrimary === true);
    if (inMain && own === null) continue;
    extra.rules.push(...subnetRules({ family, subnet, table: first.table, inMain, shared, base }, forms));
    if (inMain && own !== null && !hasPrimaryTable) {
      hasPrimaryTable = true;
      extra.routes.push(...primaryTable(family, own, primary.name, base));
    }
  }
}

/**
 * Table 21000 (slot 0): the primary's subnet and default, for replies where main holds a secondary's subnet. At a boot it may be set
 * before the primary has its lease (seen with dhcpcd, which goes on once IPv6 is there): no route of it needs the address, neither
 * as its source, which a reply has already, nor to reach the gateway. IPv6 finds that by the subnet, as in {@link needsOnlink}.
 */
function primaryTable(
  family: Family,
  primary: PrimaryFamily,
  device: string,
  base: number,
): readonly PolicyRoute[] {
  const common = {
    family,
    table: base,
    device,
    source: null,
    metric: 0,
  };
  const routes: PolicyRoute[] = [];
  if (primary.subnet !== null)
    routes.push({ ...common, destination: primary.subnet, via: null, onlink: false });
  if (primary.gateway !== null) {
    const byDefault = { destination: defaultDestination[family], via: primary.gateway };
    routes.push({ ...common, ...byDefault, onlink: family === 'ipv4' });
  }
  return routes;
}

/** Secondaries by subnet, in the order of their slots. */
function bySubnet(nics: readonly Addressed[], family: Family): ReadonlyMap<Prefix, readonly Addressed[]> {
  const groups = new Map<Prefix, Addressed[]>();
  for (const nic of nics) {
    const subnet = nic[family]?.subnet;
    if (subnet === undefined || subnet === null) continue;
    groups.set(subnet, [...(groups.get(subnet) ?? []), nic]);
  }
  return groups;
}
