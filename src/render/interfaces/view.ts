import { addressBits, type Family } from '../../model/address.ts';
import type {
  DesiredFamily,
  DesiredInterface,
  DesiredPrimary,
  PolicyRoute,
  PolicyRule,
} from '../../model/desired.ts';
import type { Stack } from '../../model/stack.ts';
import type { RenderOptions } from '../format.ts';

/** How a family of a NIC gets its first address. */
export type Way = 'dhclient' | 'dhcpcd' | 'dhcp6' | 'static' | 'none';

/**
 * ifupdown takes whatever DHCP client is installed. dhclient is kept from main by a hook, and renews on its own NIC by its
 * configuration. dhcpcd puts the subnet of a lease into main and renews by the way that main has to the server (9.4: by the primary
 * in a shared subnet); for it and any other client, and for IPv6 (whose client old releases start before the link-local address
 * is ready), a known address is set instead of asked for. The wire sees no difference.
 */
export function wayOf(own: DesiredFamily | null, family: Family, stack: Stack): Way {
  if (own === null) return 'none';
  const known = own.address !== null;
  // A lease is renewed, and each time enid looks whether its router was heard by now.
  const isWhole = known && !(own.byLease && own.gateway === null);
  if (own.method === 'static' || (isWhole && family === 'ipv6')) return 'static';
  if (family === 'ipv6') return 'dhcp6';
  if (stack.dhcpClient === 'dhclient') return 'dhclient';
  if (isWhole) return 'static';
  return stack.dhcpClient === 'dhcpcd' ? 'dhcpcd' : 'dhclient';
}

/** The names run-parts and `source-directory` take: letters, digits, `_` and `-`. */
export function plainName(nic: DesiredInterface): string {
  return `enid-${nic.name.replace(/\./g, '_')}`;
}

export function dhcpcdConfig(nic: DesiredInterface): string {
  return `/etc/network/${plainName(nic)}.dhcpcd`;
}

export function dhclientConfig(nic: DesiredInterface): string {
  return `/etc/dhcp/${plainName(nic)}.conf`;
}

/**
 * What brings the NIC up at boot. `auto /eth1` is a pattern (0.8.17 and later), which a NIC that is not there does not match: `ifup -a` neither
 * fails nor waits for it. Older releases ignore it as an unknown name, and go by `allow-hotplug`: udev's event, which comes at boot too.
 * A VLAN is not there until its stanza makes it, and upstart's jobs know `auto` alone.
 */
function startsBy(nic: DesiredInterface, stack: Stack): readonly string[] {
  if (nic.vlan !== null || stack.init === 'upstart') return [`auto ${nic.name}`];
  return [`allow-hotplug ${nic.name}`, `auto /${nic.name}`];
}

/** What `templates/interfaces/stanza.liquid` prints. */
export function stanzaView(nic: DesiredInterface, stack: Stack): Readonly<Record<string, unknown>> {
  return {
    name: nic.name,
    mac: nic.mac,
    mtu: nic.mtu,
    vlan:
      nic.vlan === null ? null : { parent: nic.vlan.parent, parent_mac: nic.vlan.parentMac, id: nic.vlan.id },
    starts: startsBy(nic, stack),
    dhclient: `-cf ${dhclientConfig(nic)} -pf /run/dhclient.${nic.name}.pid -lf /var/lib/dhcp/dhclient.${nic.name}.leases ${nic.name}`,
    dhcpcd_config: dhcpcdConfig(nic),
    ipv4: familyView(nic, 'ipv4', stack),
    ipv6: familyView(nic, 'ipv6', stack),
  };
}

function familyView(nic: DesiredInterface, family: Family, stack: Stack): Readonly<Record<string, unknown>> {
  const own = nic[family];
  return {
    way: wayOf(own, family, stack),
    // Another stanza of the NIC, cloud-init's, may have started one.
    ends_dhcpcd: stack.dhcpClient === 'dhcpcd',
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

/** What `dhclient.conf.liquid` prints. */
export function dhclientView(
  nic: DesiredInterface,
  options: RenderOptions,
): Readonly<Record<string, unknown>> {
  return { name: nic.name, dns: options.dns, routers: nic.ipv4?.byLease === true };
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
