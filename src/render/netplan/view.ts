import { type Family, families } from '../../model/address.ts';
import type { DesiredFamily, DesiredInterface, PolicyRoute, PolicyRule } from '../../model/desired.ts';
import { definitionId } from '../../model/netplan.ts';
import { type Stack, versionAtLeast } from '../../model/stack.ts';
import type { RenderOptions } from '../format.ts';
import * as profile from '../keyfile/view.ts';
import {
  advertisedTable,
  bringsRoutes,
  isLeased,
  isOnlink,
  keepOf,
  leaseIdentity,
  ownRoutes,
  sourceOf,
  staticAddresses,
} from '../networkd/view.ts';

/** What `templates/netplan/interface.yaml.liquid` prints. */
export function interfaceView(
  nic: DesiredInterface,
  stack: Stack,
  options: RenderOptions,
): Readonly<Record<string, unknown>> {
  const leased = (family: Family) => isLeasedBy(stack, nic[family], family);
  return {
    id: definitionId(nic),
    name: nic.name,
    mac: nic.mac,
    mtu: nic.mtu,
    dhcp4: leased('ipv4'),
    dhcp6: leased('ipv6'),
    // dhcp4-overrides and dhcp6-overrides must be the same with renderer networkd.
    overrides: versionAtLeast(stack.versions.netplan, 0, 95),
    // With NetworkManager behind, false is both ignore-auto-routes and never-default.
    use_routes: hasPassthrough(stack) && profile.bringsRoutes(nic, 'ipv4'),
    use_routes6: hasPassthrough(stack) && profile.bringsRoutes(nic, 'ipv6'),
    dns: options.dns,
    addresses: families.flatMap((family) => staticAddresses(family, nic[family], leased(family))),
    routes: routesOf(nic, stack, leased).map((route) => ({
      to: route.destination,
      via: route.via,
      onlink: isOnlink(route),
      link_scope: route.via === null,
      from: route.source,
      metric: route.metric === 0 ? null : route.metric,
      table: route.table,
    })),
    rules: stack.renderer === 'networkmanager' ? [] : nic.rules.filter(hasKeys).map(ruleView),
    passthrough: hasPassthrough(stack) ? passthroughOf(nic, options, leased) : [],
  };
}

/** What `dropin.conf.liquid` prints: what netplan has no key for. Null where nothing is left to say. */
export function dropInView(nic: DesiredInterface, stack: Stack): Readonly<Record<string, unknown>> | null {
  if (stack.renderer === 'networkmanager') return null;
  const { systemd } = stack.versions;
  const moved = isLeasedBy(stack, nic.ipv4, 'ipv4') && nic.ipv4?.connected === 'table';
  const solicits = isLeasedBy(stack, nic.ipv6, 'ipv6') && versionAtLeast(systemd, 246);
  const keep = keepOf(nic.ipv4, systemd);
  const advertised = advertisedTable(nic, systemd);
  const rules = nic.rules.filter((rule) => !hasKeys(rule));
  if (!moved && !solicits && keep === null && advertised === null && rules.length === 0) return null;
  return {
    keep,
    route_table: moved ? nic.table : null,
    gateway_key: versionAtLeast(systemd, 246),
    use_gateway: bringsRoutes(nic, 'ipv4', systemd),
    solicit: solicits,
    iaid: leaseIdentity(nic, systemd),
    advertised_table: advertised,
    advertised_mtu_key: versionAtLeast(systemd, 250),
    mtu: nic.mtu,
    rules: rules.map((rule) => ({ ...ruleView(rule), suppress: rule.suppressPrefixLength })),
  };
}

/** netplan has no key for `suppress_prefixlength`. */
function hasKeys({ suppressPrefixLength }: PolicyRule): boolean {
  return suppressPrefixLength === null;
}

/** Since 0.102 netplan hands lines for NetworkManager's profile through. */
function hasPassthrough(stack: Stack): boolean {
  return stack.renderer === 'networkmanager' && versionAtLeast(stack.versions.netplan, 0, 102);
}

/**
 * NetworkManager behind netplan can move a lease's connected route only by a line handed through; networkd by a drop-in.
 * Where neither works, the address of the metadata is set instead of asking for it.
 */
function isLeasedBy(stack: Stack, own: DesiredFamily | null, family: Family): boolean {
  return hasPassthrough(stack) ? profile.isLeased(own, family) : isLeased(own, systemdOf(stack));
}

/** The routes to write, each with the source that its back end can set. */
function routesOf(
  nic: DesiredInterface,
  stack: Stack,
  leased: (family: Family) => boolean,
): readonly PolicyRoute[] {
  if (hasPassthrough(stack)) return families.flatMap((family) => profile.writtenRoutes(nic, family));
  return ownRoutes(nic, systemdOf(stack)).map(
    (route): PolicyRoute => ({
      ...route,
      source: sourceOf(route, leased(route.family), systemdOf(stack)),
    }),
  );
}

function systemdOf(stack: Stack): Stack['versions']['systemd'] {
  return stack.renderer === 'networkmanager' ? null : stack.versions.systemd;
}

function ruleView({ from, to, table, priority }: PolicyRule): Readonly<Record<string, unknown>> {
  return { from, to, table, priority };
}

/** netplan drops routing-policy for NetworkManager without a word (seen with 0.106), and knows no key for the rest. */
function passthroughOf(
  nic: DesiredInterface,
  options: RenderOptions,
  leased: (family: Family) => boolean,
): readonly { readonly key: string; readonly value: string }[] {
  const lines = [{ key: 'connection.autoconnect-priority', value: '200' }];
  for (const family of families) {
    const own = nic[family];
    if (own === null) continue;
    const set = (name: string, value: string) => lines.push({ key: `${family}.${name}`, value });
    if (leased(family)) {
      if (family === 'ipv4') set('dhcp-client-id', 'mac');
      else {
        set('method', profile.leasedMethod(nic, family));
        set('addr-gen-mode', 'eui64');
        set('ip6-privacy', '0');
      }
      set('dhcp-send-hostname', 'false');
      set('ignore-auto-dns', options.dns ? 'false' : 'true');
      if (own.connected === 'table') set('route-table', String(nic.table));
    }
    const rules = nic.rules.filter((rule) => rule.family === family);
    for (const [index, rule] of rules.entries()) set(`routing-rule${index + 1}`, profile.ruleText(rule));
  }
  return lines;
}
