import { type Address, addressBits, type Family } from '../../model/address.ts';
import type { DesiredFamily, DesiredInterface, DesiredNetwork, PolicyRoute } from '../../model/desired.ts';
import { formsOfIp, type RuleForms } from '../../model/rule-forms.ts';
import { type Stack, type Version, versionAtLeast } from '../../model/stack.ts';
import type { RenderOptions } from '../format.ts';
import { isOfLease } from '../lease-routes.ts';

/**
 * RouteTable= takes the connected route of a lease along (and keeps it out of main) since 244
 * (systemd#8726, mended by systemd#12818); before, only the routes behind it.
 */
export function movesConnected(systemd: Version | null): boolean {
  return versionAtLeast(systemd, 244);
}

/** [RoutingPolicyRule] is known since 235 (NEWS), Table= in [Route] since 230. Below, a unit sets both through `ip`. */
export function knowsPolicy(systemd: Version | null): boolean {
  return versionAtLeast(systemd, 235);
}

/**
 * SuppressPrefixLength= is known since 245 (systemd.network(5)). A From= of zeroes is sent to the kernel since 249 (systemd#19988);
 * before, it is left out without a word, and the rule matches every packet. Below 235 a unit gives the words to `ip`.
 */
export function ruleForms(stack: Stack): RuleForms {
  const { systemd } = stack.versions;
  const byIp = formsOfIp(stack);
  if (!knowsPolicy(systemd)) return byIp;
  return {
    unspecifiedSource: versionAtLeast(systemd, 249),
    suppressPrefixLength: byIp.suppressPrefixLength && versionAtLeast(systemd, 245),
  };
}

/**
 * Where networkd cannot keep the lease's connected route out of main, the address that metadata gives is set as a
 * host prefix instead of asked for by DHCP: the wire sees no difference, and main stays clean.
 */
export function isLeased(family: DesiredFamily | null, systemd: Version | null): boolean {
  if (family === null || family.method !== 'dhcp') return false;
  return family.connected === 'main' || family.address === null || movesConnected(systemd);
}

/**
 * What becomes of the lease while networkd asks anew, which it does whenever its files change: by `dhcp` (known since 243)
 * the address stays. By default networkd 252 lets go of it at `networkctl reload` until the server answers (seen: for
 * 200 ms, and for ever where the server is silent), and every connection of the NIC breaks. The price is that the address
 * also outlives its lease; a cloud gives an address to the NIC, and the lease only tells it.
 */
export function keepOf(own: DesiredFamily | null, systemd: Version | null): 'dhcp' | null {
  return isLeased(own, systemd) && versionAtLeast(systemd, 243) ? 'dhcp' : null;
}

/**
 * True where subnet and gateway are the lease's to say and networkd puts both into the NIC's table: RouteTable= takes the subnet
 * along, and UseGateway= (246) the router beside UseRoutes=no, also where the server sends option 121 (seen with 252). IPv6:
 * a lease has neither; RouteTable= of [IPv6AcceptRA] puts what routers advertise there, and leaves main alone; with
 * UseAutonomousPrefix= (242) no address is made of it (systemd.network(5); seen with 252).
 */
export function bringsRoutes(nic: DesiredInterface, family: Family, systemd: Version | null): boolean {
  const own = nic[family];
  const isWhole = own?.byLease === true && own.connected === 'table';
  return isWhole && isLeased(own, systemd) && versionAtLeast(systemd, family === 'ipv4' ? 246 : 244);
}

/** Addresses set by hand, each a host prefix. */
export function staticAddresses(
  family: Family,
  own: DesiredFamily | null,
  leased: boolean,
): readonly string[] {
  if (own === null) return [];
  const first = leased || own.address === null ? [] : [own.address];
  return [...first, ...own.further].map((address) => `${address}/${addressBits[family]}`);
}

/**
 * The source of a route may be named when networkd sets the address before it: always for static IPv4, and since 249
 * (when a route waits for its preferred source) for leases and IPv6, whose addresses are tentative at first.
 */
export function sourceOf(route: PolicyRoute, leased: boolean, systemd: Version | null): Address | null {
  const early = route.family === 'ipv4' && !leased;
  return early || versionAtLeast(systemd, 249) ? route.source : null;
}

/** The gateway of an ENI is always on its link; saying so makes the order in which routes are set indifferent. */
export function isOnlink(route: PolicyRoute): boolean {
  return route.via !== null && (route.onlink || route.family === 'ipv4');
}

/**
 * The identity of an IPv6 lease, from the MAC as dhclient makes it, and null where no key is known for it (seen with 252). Of its
 * own accord networkd takes a name that udev gives the NIC, which is another after the first reboot (seen with 252), and a
 * server that keeps the address for the former identity then has none to give.
 */
export function leaseIdentity(nic: DesiredInterface, systemd: Version | null): number | null {
  const isAsked = isLeased(nic.ipv6, systemd) && versionAtLeast(systemd, 252);
  return isAsked ? Number.parseInt(nic.mac.replaceAll(':', '').slice(-8), 16) : null;
}

/** Where the routes of router advertisements go; null: they are not listened to. */
export function advertisedTable(nic: DesiredInterface, systemd: Version | null): number | null {
  return bringsRoutes(nic, 'ipv6', systemd) ? nic.table : null;
}

/** Routes that leave by this NIC, since a file of networkd cannot hold another's, and that no lease brings. */
export function ownRoutes(nic: DesiredInterface, systemd: Version | null): readonly PolicyRoute[] {
  const byLease = (route: PolicyRoute) => isOfLease(route, nic) && bringsRoutes(nic, route.family, systemd);
  return nic.routes.filter((route) => route.device === nic.name && !byLease(route));
}

/** What `templates/networkd/interface.network.liquid` prints. */
export function interfaceView(
  nic: DesiredInterface,
  network: DesiredNetwork,
  stack: Stack,
  options: RenderOptions,
): Readonly<Record<string, unknown>> {
  const { systemd } = stack.versions;
  const since = (version: number) => versionAtLeast(systemd, version);
  const lease4 = isLeased(nic.ipv4, systemd);
  const lease6 = isLeased(nic.ipv6, systemd);
  const table = (own: DesiredFamily | null) =>
    own?.connected === 'table' && movesConnected(systemd) ? nic.table : null;
  return {
    name: nic.name,
    mac: nic.mac,
    is_vlan: nic.vlan !== null,
    // A VLAN inherits the MAC of the NIC below it; since 243 its type tells the two apart.
    ethernet_only: since(243),
    mtu: nic.mtu,
    online_key: since(236),
    dhcp: lease4 ? (lease6 ? 'yes' : 'ipv4') : lease6 ? 'ipv6' : 'no',
    dhcp4: lease4,
    dhcp6: lease6,
    dhcp4_section: since(243) ? 'DHCPv4' : 'DHCP',
    dhcp6_section: lease6 && since(243),
    without_ra: since(246),
    accept_ra_key: since(231) ? 'IPv6AcceptRA' : 'IPv6AcceptRouterAdvertisements',
    keep: keepOf(nic.ipv4, systemd),
    gateway_key: since(246),
    use_gateway: bringsRoutes(nic, 'ipv4', systemd),
    route_table: table(nic.ipv4),
    iaid: leaseIdentity(nic, systemd),
    advertised_mtu_key: since(250),
    advertised_table: advertisedTable(nic, systemd),
    dns: options.dns,
    addresses: [...staticAddresses('ipv4', nic.ipv4, lease4), ...staticAddresses('ipv6', nic.ipv6, lease6)],
    vlans: network.secondaries
      .filter((other) => other.vlan?.parentMac === nic.mac && nic.vlan === null)
      .map((other) => other.name),
    onlink_key: since(242) ? 'GatewayOnLink' : 'GatewayOnlink',
    routes: since(235)
      ? ownRoutes(nic, systemd).map((route) => ({
          destination: route.destination,
          gateway: route.via,
          onlink: isOnlink(route),
          link_scope: route.via === null && route.family === 'ipv4',
          source: sourceOf(route, route.family === 'ipv4' ? lease4 : lease6, systemd),
          metric: route.metric === 0 ? null : route.metric,
          table: route.table,
        }))
      : [],
    rules: since(235)
      ? nic.rules.map(({ from, to, table: into, suppressPrefixLength, priority }) => ({
          from,
          to,
          table: into,
          suppress: suppressPrefixLength,
          priority,
        }))
      : [],
  };
}

/** What `vlan.netdev.liquid` prints, for a VLAN. */
export function netdevView(nic: DesiredInterface): Readonly<Record<string, unknown>> {
  return { name: nic.name, mac: nic.mac, vlan: nic.vlan?.id ?? null };
}

/** What `vlan.service.liquid` prints. The kernel's device is known to systemd under its path, escaped (systemd.unit(5)). */
export function unitView(nic: DesiredInterface): Readonly<Record<string, unknown>> {
  const parent = nic.vlan?.parent ?? '';
  return {
    ...netdevView(nic),
    parent,
    parent_mac: nic.vlan?.parentMac ?? null,
    device: `sys-subsystem-net-devices-${parent.replace(/-/g, '\\x2d')}.device`,
  };
}

/** What `policy.service.liquid` prints: the routes and rules that networkd below 235 has no keys for. */
export function policyView(
  nic: DesiredInterface,
  systemd: Version | null,
): Readonly<Record<string, unknown>> {
  const flag = (family: Family) => (family === 'ipv4' ? '-4' : '-6');
  return {
    name: nic.name,
    mac: nic.mac,
    // One that networkd makes is not there yet when networkd says that it has started.
    is_vlan: nic.vlan !== null,
    routes: ownRoutes(nic, systemd).map((route) => ({
      family: flag(route.family),
      destination: route.destination,
      gateway: route.via,
      onlink: isOnlink(route),
      source: route.source,
      metric: route.metric === 0 ? null : route.metric,
      table: route.table,
    })),
    rules: nic.rules.map(({ family, from, to, table, suppressPrefixLength, priority }) => ({
      family: flag(family),
      from,
      to,
      table,
      suppress: suppressPrefixLength,
      priority,
    })),
  };
}
