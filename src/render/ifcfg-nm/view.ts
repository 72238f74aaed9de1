import { type Family, families, type Prefix } from '../../model/address.ts';
import type { DesiredFamily, DesiredInterface, PolicyRoute } from '../../model/desired.ts';
import type { RenderOptions } from '../format.ts';
import { isDefault, routeWords, ruleWords } from '../ifcfg/iproute.ts';
import { isOfLease } from '../lease-routes.ts';
import { profileUuid } from '../profile-uuid.ts';
import type { Abilities } from './abilities.ts';

/** What `ifcfg.liquid` prints. */
export function interfaceView(
  nic: DesiredInterface,
  abilities: Abilities,
  options: RenderOptions,
): Readonly<Record<string, unknown>> {
  const leased = nic.ipv4?.method === 'dhcp';
  const table = routeTable(nic, abilities);
  const gateway = table === null || abilities.defaults ? null : ownDefault(nic, 'ipv4');
  const brings = table !== null && bringsRoutes(nic);
  const [address6 = null, ...more6] = staticAddresses(nic.ipv6).map((address) => `${address}/128`);
  const rules = (family: Family) =>
    abilities.rules ? nic.rules.filter((rule) => rule.family === family).map(ruleWords) : [];
  return {
    name: nic.name,
    uuid: profileUuid(nic.mac),
    mac: nic.mac.toUpperCase(),
    vlan: nic.vlan === null ? null : { parent: nic.vlan.parent, id: nic.vlan.id },
    mtu: nic.mtu,
    dns: options.dns,
    leased,
    // Beside a lease from 1 on: IPADDR0 is the place of the main address.
    addresses: staticAddresses(nic.ipv4).map((address, index) => ({
      number: leased ? index + 1 : index,
      address,
    })),
    table,
    // With its table, NetworkManager below 1.30 can keep a default there only as the profile's own.
    own_default: gateway !== null || brings,
    gateway: gateway === null || leased ? null : gateway.via,
    ipv6: nic.ipv6 !== null,
    leased6: nic.ipv6?.method === 'dhcp',
    address6,
    more6: more6.join(' '),
    has_more6: more6.length > 0,
    disabled_key: abilities.disabled,
    client_id_key: abilities.clientId,
    hostname_key: abilities.hostname,
    rules: rules('ipv4'),
    rules6: rules('ipv6'),
  };
}

function staticAddresses(own: DesiredFamily | null): readonly string[] {
  if (own === null) return [];
  return [...(own.method === 'dhcp' || own.address === null ? [] : [own.address]), ...own.further];
}

/** Subnet and gateway are the lease's to say, and IPV4_ROUTE_TABLE takes both into the NIC's table. */
function bringsRoutes({ ipv4 }: DesiredInterface): boolean {
  return ipv4?.byLease === true && ipv4.connected === 'table';
}

/**
 * IPV4_ROUTE_TABLE takes what the lease or the gateway brings, the connected route included, out of main. Null: not
 * wanted (no rule leads to the table), not needed (host prefixes and routes with their own table), or not known.
 */
function routeTable(nic: DesiredInterface, abilities: Abilities): number | null {
  const led =
    bringsRoutes(nic) || nic.rules.some((rule) => rule.family === 'ipv4' && rule.table === nic.table);
  const needed = nic.ipv4?.method === 'dhcp' ? nic.ipv4.connected === 'table' : !abilities.defaults;
  return abilities.tables && led && needed ? nic.table : null;
}

/** The default route of the NIC's own table. */
function ownDefault(nic: DesiredInterface, family: Family): PolicyRoute | null {
  const found = nic.routes.find(
    (route) => route.family === family && route.table === nic.table && isDefault(route),
  );
  return found ?? null;
}

/** Together as good as a default, for a NetworkManager that drops ::/0. */
const halves6: readonly Prefix[] = ['::/1' as Prefix, '8000::/1' as Prefix];

export interface RouteFile {
  /** `route-eth1` or `route6-eth1`. */
  readonly file: string;
  readonly lines: readonly string[];
}

/** route-NAME and route6-NAME, where they have something to say. */
export function routeFiles(nic: DesiredInterface, abilities: Abilities): readonly RouteFile[] {
  if (!abilities.tables) return [];
  return families
    .map((family) => ({
      file: `route${family === 'ipv4' ? '' : '6'}-${nic.name}`,
      lines: nic.routes
        .filter((route) => route.family === family && route.device === nic.name)
        .flatMap((route) => linesOf(route, nic, abilities)),
    }))
    .filter((entry) => entry.lines.length > 0);
}

function linesOf(route: PolicyRoute, nic: DesiredInterface, abilities: Abilities): readonly string[] {
  const own = nic[route.family];
  const leased = own?.method === 'dhcp';
  // The lease's own connected route stands in the table, with the lease's address as its source.
  const isMoved = leased && route.family === 'ipv4' && routeTable(nic, abilities) !== null;
  const comesAlong = isOfLease(route, nic) && (route.via === null || bringsRoutes(nic));
  if (isMoved && comesAlong) return [];
  // A source that is not there yet would fail the route and with it the profile.
  const known = leased ? { source: null, onlink: route.onlink || route.family === 'ipv4' } : {};
  const changes = route.via === null ? { ...known, onlink: false } : known;
  if (!isDefault(route) || abilities.defaults) return [routeWords(route, changes)];
  // IPv4 has the profile's own default; a metric default in main has no other form.
  if (route.family === 'ipv4' || route.table !== nic.table) return [];
  return halves6.map((destination) => routeWords({ ...route, destination }, changes));
}
