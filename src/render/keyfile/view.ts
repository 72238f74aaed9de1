import { addressBits, type Family } from '../../model/address.ts';
import type { DesiredFamily, DesiredInterface, PolicyRoute, PolicyRule } from '../../model/desired.ts';
import type { RenderOptions } from '../format.ts';
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
 * One of the groups [ipv4] and [ipv6] of nm-settings-keyfile(5). `route_table` takes the lease's connected route out of
 * main; never-default goes with it and does not touch routes written by hand (NetworkManager >= 1.22).
 */
function familyView(nic: DesiredInterface, family: Family): Readonly<Record<string, unknown>> {
  const own = nic[family];
  return {
    method:
      own === null ? 'disabled' : own.method === 'static' ? 'manual' : family === 'ipv4' ? 'auto' : 'dhcp',
    leased: own?.method === 'dhcp',
    enabled: own !== null,
    route_table: own?.method === 'dhcp' && own.connected === 'table' ? nic.table : null,
    addresses: addressesOf(own, family),
    routes: nic.routes.filter((route) => route.family === family && route.device === nic.name).map(routeView),
    rules: nic.rules.filter((rule) => rule.family === family).map(ruleText),
  };
}

function addressesOf(own: DesiredFamily | null, family: Family): readonly string[] {
  if (own === null) return [];
  const first = own.method === 'static' && own.address !== null ? [own.address] : [];
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

function ruleText({ priority, from, to, table }: PolicyRule): string {
  const source = from === null ? '' : ` from ${from}`;
  const destination = to === null ? '' : ` to ${to}`;
  return `priority ${priority}${source}${destination} table ${table}`;
}
