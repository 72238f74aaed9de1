import * as z from 'zod';
import { type Address, type Family, parseAddress, prefixOf } from '../../model/address.ts';
import type { InstanceRoute } from '../../model/instance.ts';
import { defaultDestination } from '../../model/kernel.ts';
import { fail, ok, type Result } from '../../model/problem.ts';
import { distinct, optional } from '../instance-fields.ts';
import { readHost } from './host.ts';

/** An IP network on a link: one family, at most one address. */
export interface Network {
  /** The `id` of its link. */
  readonly link: string;
  /** Null: of a type that is not known here, which says nothing. */
  readonly family: Family | null;
  readonly by: Assignment;
  readonly address: Address | null;
  readonly length: number | null;
  /** That of its default route; null where it lists none. */
  readonly gateway: Address | null;
  /** The others. */
  readonly routes: readonly InstanceRoute[];
  readonly dns: readonly Address[];
}

/** How a server comes by the address: it is told here, by DHCP, or by the advertisements of a router (SLAAC). */
export type Assignment = 'static' | 'dhcp' | 'advertisement';

/** nova writes `ipv4`, `ipv4_dhcp` and `ipv6` with the subnet's address mode behind it; cloud-init also takes `static`, `static6`. */
const types: Readonly<Record<string, readonly [Family, Assignment]>> = {
  ipv4: ['ipv4', 'static'],
  static: ['ipv4', 'static'],
  ipv4_dhcp: ['ipv4', 'dhcp'],
  ipv6: ['ipv6', 'static'],
  static6: ['ipv6', 'static'],
  ipv6_dhcp: ['ipv6', 'dhcp'],
  'ipv6_dhcpv6-stateful': ['ipv6', 'dhcp'],
  'ipv6_dhcpv6-stateless': ['ipv6', 'advertisement'],
  ipv6_slaac: ['ipv6', 'advertisement'],
};

/** The name servers among the services; other kinds are passed over. */
export const dnsServers = optional(z.array(z.looseObject({ type: optional(z.string()) }))).transform(
  (services, context): readonly Address[] => {
    const servers = (services ?? []).filter((service) => service.type === 'dns');
    return distinct(servers.map(({ address }) => taken(dnsServer(address), context, 'address')));
  },
);

const mask = optional(z.union([z.string(), z.int()]));

const route = z.object({
  network: z.string(),
  netmask: mask,
  gateway: optional(z.string()),
  services: dnsServers,
});

export const network = z
  .object({
    link: z.string(),
    type: z.string(),
    ip_address: optional(z.string()),
    netmask: mask,
    routes: optional(z.array(route)),
    services: dnsServers,
  })
  .transform((said, context): Network => {
    const [family = null, by = 'static'] = types[said.type] ?? [];
    const routed = said.routes ?? [];
    const dns = distinct([...said.services, ...routed.flatMap((one) => one.services)]);
    const common = { link: said.link, by, dns };
    if (family === null) return { ...common, family, address: null, length: null, gateway: null, routes: [] };
    const text = said.ip_address ?? '';
    const host = text === '' ? null : taken(readHost(text, said.netmask, family), context, 'ip_address');
    const routes = routed.flatMap((one) => taken(readRoute(one, family), context, 'routes'));
    if (context.issues.length > 0) return z.NEVER;
    const isDefault = ({ destination }: InstanceRoute) => destination === defaultDestination[family];
    return {
      ...common,
      family,
      address: host?.address ?? null,
      length: host?.length ?? null,
      gateway: routes.find(isDefault)?.via ?? null,
      routes: routes.filter((one) => !isDefault(one)),
    };
  });

/** None for a route without a gateway: its destination is on the link, which only a subnet of the NIC can be. */
function readRoute(said: z.output<typeof route>, family: Family): Result<readonly InstanceRoute[]> {
  const to = readHost(said.network, said.netmask, family);
  if (!to.ok) return to;
  const { address, length } = to.value;
  if (length === null) return fail('bad-prefix', '', `a route to ${address} without a mask`);
  // A link-local gateway may carry the zone of a host, which says nothing here.
  const gateway = (said.gateway ?? '').replace(/%[0-9A-Za-z]+$/, '');
  if (gateway === '') return ok([]);
  const via = parseAddress(gateway, '', family);
  return via.ok ? ok([{ destination: prefixOf(address, length), via: via.value }]) : via;
}

function dnsServer(address: unknown): Result<Address> {
  return typeof address === 'string' ? parseAddress(address, '') : fail('bad-address', '', 'is not text');
}

function taken<T>(result: Result<T>, context: z.RefinementCtx, field: string): T {
  if (result.ok) return result.value;
  context.addIssue({ code: 'custom', message: result.problem.message, path: [field] });
  return z.NEVER;
}
