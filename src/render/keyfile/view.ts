import { addressBits, type Family } from '../../model/address.ts';
import type { DesiredFamily, DesiredInterface, PolicyRoute, PolicyRule } from '../../model/desired.ts';
import { formsOfIp, type RuleForms } from '../../model/rule-forms.ts';
import { type Stack, versionAtLeast } from '../../model/stack.ts';
import type { RenderOptions } from '../format.ts';
import { isOfLease } from '../lease-routes.ts';
import { profileUuid } from '../profile-uuid.ts';

/** What `templates/keyfile/interface.nmconnection.liquid` prints. */
export function interfaceView(
  nic: DesiredInterface,
  options: RenderOptions,
): Readonly<Record<string, unknown>> {
  return {
    id: `enid-${nic.name}`,
    uuid: profileUuid(nic.mac),
    name: nic.name,
    mac: nic.mac.toUpperCase(),
    mtu: nic.mtu,
    vlan: nic.vlan === null ? null : { parent: nic.vlan.parent, id: nic.vlan.id },
    dns: options.dns,
    ipv4: familyView(nic, 'ipv4'),
    ipv6: familyView(nic, 'ipv6'),
  };
}

/**
 * IPv6 is asked for by DHCP only where metadata does not say the address: a route whose source is not there yet is
 * refused by the kernel and not tried again (seen with 1.42), and without a source any further address may be chosen.
 */
export function isLeased(own: DesiredFamily | null, family: Family): boolean {
  return own?.method === 'dhcp' && (family === 'ipv4' || own.address === null || own.byLease);
}

/**
 * True where subnet and gateway are the lease's to say: `route-table` takes all of its routes, the default and those of
 * option 121, into the NIC's table (seen with 1.42 and 1.46), if neither never-default nor ignore-auto-routes drops them.
 */
export function bringsRoutes(nic: DesiredInterface, family: Family): boolean {
  const own = nic[family];
  return own?.byLease === true && own.connected === 'table';
}

/**
 * Routes to write down. Behind a lease none names a source (see {@link isLeased}; the kernel takes the lease's address for
 * a gateway in its subnet), and the subnet itself comes with the lease: `route-table` puts it into the NIC's table.
 */
export function writtenRoutes(nic: DesiredInterface, family: Family): readonly PolicyRoute[] {
  const own = nic[family];
  const routes = nic.routes.filter((route) => route.family === family && route.device === nic.name);
  if (!isLeased(own, family)) return routes;
  const comesAlong = (route: PolicyRoute) =>
    own?.connected === 'table' &&
    isOfLease(route, nic) &&
    (bringsRoutes(nic, family) || (family === 'ipv4' && route.via === null));
  return routes.filter((route) => !comesAlong(route)).map((route) => ({ ...route, source: null }));
}

/**
 * One of the groups [ipv4] and [ipv6] of nm-settings-keyfile(5). `route_table` takes the lease's connected route out of
 * main; never-default goes with it and does not touch routes written by hand (NetworkManager >= 1.22).
 */
function familyView(nic: DesiredInterface, family: Family): Readonly<Record<string, unknown>> {
  const own = nic[family];
  const leased = isLeased(own, family);
  return {
    method: own === null ? 'disabled' : leased ? leasedMethod(nic, family) : 'manual',
    leased,
    enabled: own !== null,
    brings_routes: bringsRoutes(nic, family),
    route_table: leased && own?.connected === 'table' ? nic.table : null,
    addresses: staticAddresses(own, family),
    routes: writtenRoutes(nic, family).map(routeView),
    rules: nic.rules.filter((rule) => rule.family === family).map(ruleText),
  };
}

/**
 * What a profile's rules can say. NetworkManager takes a `from` of zeroes as it stands since it knows rules (1.18), and
 * `suppress_prefixlength` since 1.20.
 */
export function profileRuleForms(stack: Stack): RuleForms {
  const isKnown = versionAtLeast(stack.versions.networkmanager, 1, 20);
  const byIp = formsOfIp(stack);
  return { ...byIp, suppressPrefixLength: byIp.suppressPrefixLength && isKnown };
}

/** For IPv6 `auto` listens to advertisements as well, of which `route-table` keeps main free (seen with 1.42). */
export function leasedMethod(nic: DesiredInterface, family: Family): 'auto' | 'dhcp' {
  return family === 'ipv4' || bringsRoutes(nic, family) ? 'auto' : 'dhcp';
}

/** Addresses set by hand, each a host prefix. */
export function staticAddresses(own: DesiredFamily | null, family: Family): readonly string[] {
  if (own === null) return [];
  const first = !isLeased(own, family) && own.address !== null ? [own.address] : [];
  return [...first, ...own.further].map((address) => `${address}/${addressBits[family]}`);
}

function routeView(route: PolicyRoute): Readonly<Record<string, unknown>> {
  const via = route.via ?? (route.family === 'ipv4' ? '0.0.0.0' : '::');
  const metric = route.metric === 0 ? '' : `,${route.metric}`;
  const options = [`table=${route.table}`];
  if (route.source !== null) options.push(`src=${route.source}`);
  if (route.onlink) options.push('onlink=true');
  const hop = route.via === null && metric === '' ? '' : `,${via}`;
  return { route: `${route.destination}${hop}${metric}`, options: options.join(',') };
}

/** A value of routing-rule<n>. */
export function ruleText({ priority, from, to, table, suppressPrefixLength }: PolicyRule): string {
  const source = from === null ? '' : ` from ${from}`;
  const destination = to === null ? '' : ` to ${to}`;
  const suppress = suppressPrefixLength === null ? '' : ` suppress_prefixlength ${suppressPrefixLength}`;
  return `priority ${priority}${source}${destination} table ${table}${suppress}`;
}
