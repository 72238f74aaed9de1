import { addressBits, type Family } from '../../model/address.ts';
import type {
  ConnectedPlace,
  DesiredFamily,
  DesiredInterface,
  DesiredPrimary,
  Method,
  PolicyRoute,
  PolicyRule,
} from '../../model/desired.ts';
import type { Stack } from '../../model/stack.ts';
import type { RenderOptions } from '../format.ts';

/** How a family of a NIC gets its first address. */
export type Way = 'dhclient' | 'dhcpcd' | 'dhcp6' | 'static' | 'none';

/**
 * ifupdown takes whatever DHCP client is installed. dhclient is kept from main by a hook, dhcpcd by a configuration of its
 * own; for any other client, and for IPv6 (whose client old releases start before the link-local address is ready), the
 * address that metadata gives is set instead of asked for. The wire sees no difference.
 */
export function wayOf(own: DesiredFamily | null, family: Family, stack: Stack): Way {
  if (own === null) return 'none';
  const known = own.address !== null;
  // A lease is renewed, and each time enid looks whether its router was heard by now.
  const isWhole = known && !(own.byLease && own.gateway === null);
  if (own.method === 'static' || (isWhole && family === 'ipv6')) return 'static';
  if (family === 'ipv6') return 'dhcp6';
  if (stack.dhcpClient === 'dhcpcd') return 'dhcpcd';
  return stack.dhcpClient === 'dhclient' || stack.dhcpClient === null || !known ? 'dhclient' : 'static';
}

/** Both clients put the subnet of an IPv4 lease into main and cannot be told otherwise. */
export function connectedPlace(stack: Stack, method: Method, family: Family): ConnectedPlace {
  if (method === 'static' || family === 'ipv6') return 'table';
  return stack.dhcpClient === 'udhcpc' || stack.dhcpClient === 'internal' ? 'table' : 'main';
}

/** The names run-parts and `source-directory` take: letters, digits, `_` and `-`. */
export function plainName(nic: DesiredInterface): string {
  return `enid-${nic.name.replace(/\./g, '_')}`;
}

export function dhcpcdConfig(nic: DesiredInterface): string {
  return `/etc/network/${plainName(nic)}.dhcpcd`;
}

/** What `templates/interfaces/stanza.liquid` prints. */
export function stanzaView(nic: DesiredInterface, stack: Stack): Readonly<Record<string, unknown>> {
  return {
    name: nic.name,
    mac: nic.mac,
    mtu: nic.mtu,
    vlan:
      nic.vlan === null ? null : { parent: nic.vlan.parent, parent_mac: nic.vlan.parentMac, id: nic.vlan.id },
    dhcpcd_config: dhcpcdConfig(nic),
    ipv4: familyView(nic, 'ipv4', stack),
    ipv6: familyView(nic, 'ipv6', stack),
  };
}

function familyView(nic: DesiredInterface, family: Family, stack: Stack): Readonly<Record<string, unknown>> {
  const own = nic[family];
  return {
    way: wayOf(own, family, stack),
    // The kernel asks for advertisements, so that enid hears who sends them, and takes neither default nor subnet of them.
    solicits: own?.byLease === true && wayOf(own, family, stack) === 'dhcp6',
    address: own?.address ?? null,
    further: (own?.further ?? []).map((address) => `${address}/${addressBits[family]}`),
    routes: nic.routes.filter((route) => route.family === family).map(routeText),
    rules: nic.rules.filter((rule) => rule.family === family).map(ruleText),
  };
}

/** Arguments of `ip route replace`. */
function routeText({ destination, via, device, source, table, metric, onlink }: PolicyRoute): string {
  const words = [destination, ...(via === null ? [] : ['via', via]), 'dev', device];
  if (source !== null) words.push('src', source);
  words.push('table', String(table));
  if (metric !== 0) words.push('metric', String(metric));
  if (onlink) words.push('onlink');
  return words.join(' ');
}

/** Arguments of `ip rule add` and `ip rule del`. */
function ruleText({ from, to, table, suppressPrefixLength, priority }: PolicyRule): string {
  const words = [...(from === null ? [] : ['from', from]), ...(to === null ? [] : ['to', to])];
  words.push('lookup', String(table));
  if (suppressPrefixLength !== null) words.push('suppress_prefixlength', String(suppressPrefixLength));
  return [...words, 'priority', String(priority)].join(' ');
}

/** What `dhclient-hook.liquid` prints. */
export function hookView(
  nic: DesiredInterface,
  stack: Stack,
  options: RenderOptions,
): Readonly<Record<string, unknown>> {
  const dhcp6 = wayOf(nic.ipv6, 'ipv6', stack) === 'dhcp6';
  return { mac: nic.mac, mtu: nic.mtu, dns: options.dns, dhcp6 };
}

/** What `dhcpcd.conf.liquid` prints. */
export function dhcpcdView(nic: DesiredInterface, options: RenderOptions): Readonly<Record<string, unknown>> {
  // Asked for and written down for enid, and left alone by `nogateway`.
  return { mtu: nic.mtu, dns: options.dns, routers: nic.ipv4?.byLease === true };
}

/** What `if-up.liquid` prints: who brings the NIC up where no directory of stanzas is read. */
export function ifUpView(nic: DesiredInterface, primary: DesiredPrimary): Readonly<Record<string, unknown>> {
  return {
    name: nic.name,
    mac: nic.mac,
    primary: primary.name,
    stanza: `/etc/network/interfaces.d/${plainName(nic)}`,
  };
}
