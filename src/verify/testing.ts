import { builtInNames } from '../kernel/names.ts';
import { parseLinks } from '../kernel/parse-link.ts';
import { parseFamily } from '../kernel/read.ts';
import type { Address, Family, Prefix } from '../model/address.ts';
import type {
  DesiredFamily,
  DesiredInterface,
  DesiredNetwork,
  PolicyRoute,
  PolicyRule,
} from '../model/desired.ts';
import type { KernelState } from '../model/kernel.ts';
import type { Mac } from '../model/mac.ts';
import { commonsOf } from './commons.ts';
import type { DifferenceContext } from './comparison.ts';

/** For tests: networks as the network stage makes them, and kernels from what `ip` would print. */
export const address = (text: string): Address => text as Address;
export const prefix = (text: string): Prefix => text as Prefix;
export const macOf = (index: number): Mac => `00:16:3e:00:00:0${index}` as Mac;

/** A kernel from the text of `ip -o link`, `ip -4 -o …` and `ip -6 -o …`. */
export function kernelOf(links: string, ipv4: string, ipv6 = ''): KernelState {
  const parsed = parseLinks(links, 'ip link');
  const four = parseFamily(ipv4, 'ipv4', builtInNames);
  const six = parseFamily(ipv6, 'ipv6', builtInNames);
  if (!parsed.ok || !four.ok || !six.ok) throw new Error(JSON.stringify([parsed, four, six]));
  return {
    links: parsed.value.map((link) => ({ ...link, hasDevice: true })),
    addresses: [...four.value.addresses, ...six.value.addresses],
    routes: [...four.value.routes, ...six.value.routes],
    rules: [...four.value.rules, ...six.value.rules],
  };
}

/** Lines of `ip -o link` for eth0, eth1 … with {@link macOf}; `down` are not up. */
export function linkLines(count: number, down: readonly string[] = []): string {
  const lines = Array.from({ length: count }, (_, index) => {
    const flags = down.includes(`eth${index}`) ? 'BROADCAST' : 'BROADCAST,UP,LOWER_UP';
    return `${index + 2}: eth${index}: <${flags}> mtu 1500 qdisc mq state UP \\    link/ether ${macOf(index)} brd ff:ff:ff:ff:ff:ff`;
  });
  return lines.join('\n');
}

/** eth0: 10.0.0.10/24 and 2001:db8::10/64 with their gateways. */
export const primary: DesiredNetwork['primary'] = {
  name: 'eth0',
  mac: macOf(0),
  id: 'eni-0',
  ipv4: { addresses: [address('10.0.0.10')], subnet: prefix('10.0.0.0/24'), gateway: address('10.0.0.253') },
  ipv6: {
    addresses: [address('2001:db8::10')],
    subnet: prefix('2001:db8::/64'),
    gateway: address('fe80::1'),
  },
};

export const static4: DesiredFamily = {
  method: 'static',
  connected: 'table',
  byLease: false,
  address: address('10.0.1.20'),
  prefixLength: 24,
  further: [address('10.0.1.21')],
  prefixes: [],
  subnet: prefix('10.0.1.0/24'),
  gateway: address('10.0.1.253'),
  routes: [],
  sharedWithPrimary: false,
};
export const static6: DesiredFamily = {
  method: 'static',
  connected: 'table',
  byLease: false,
  address: address('2001:db8:1::20'),
  prefixLength: 64,
  further: [],
  prefixes: [],
  subnet: prefix('2001:db8:1::/64'),
  gateway: address('fe80::1'),
  routes: [],
  sharedWithPrimary: false,
};

/** eth1 in slot 1, with its routes and rules as the network stage gives them. */
export function secondary(ipv4: DesiredFamily | null, ipv6: DesiredFamily | null = null): DesiredInterface {
  const table = 21001;
  const all = [['ipv4', ipv4] as const, ['ipv6', ipv6] as const];
  return {
    name: 'eth1',
    mac: macOf(1),
    id: 'eni-1',
    slot: 1,
    table,
    mtu: null,
    vlan: null,
    ipv4,
    ipv6,
    routes: all.flatMap(([family, own]) => (own === null ? [] : routesOf(family, own, table))),
    rules: all.flatMap(([family, own]) => (own === null ? [] : rulesOf(family, own, table))),
  };
}

function routesOf(family: Family, own: DesiredFamily, table: number): readonly PolicyRoute[] {
  const common = { family, table, device: 'eth1', source: own.address, metric: 0 };
  const subnet = own.subnet ?? prefix(family === 'ipv4' ? '10.0.1.0/24' : '2001:db8:1::/64');
  const everywhere = prefix(family === 'ipv4' ? '0.0.0.0/0' : '::/0');
  return [
    { ...common, destination: subnet, via: null, onlink: false },
    {
      ...common,
      destination: everywhere,
      via: own.gateway,
      onlink: own.method === 'static' && family === 'ipv4',
    },
  ];
}

function rulesOf(family: Family, own: DesiredFamily, table: number): readonly PolicyRule[] {
  const host = family === 'ipv4' ? 32 : 128;
  const sources = [...(own.address === null ? [] : [own.address]), ...own.further];
  const common = { family, from: null, to: null, table, suppressPrefixLength: null };
  const into = { ...common, to: own.subnet };
  const closer = { ...into, priority: 21997, table: 254, suppressPrefixLength: own.prefixLength };
  return [
    ...sources.map((entry) => ({ ...common, priority: table, from: prefix(`${entry}/${host}`) })),
    ...(own.connected === 'main'
      ? [closer, { ...into, priority: 21998, from: prefix('8.0.0.0/5'), table: 21000 }]
      : family === 'ipv4'
        ? [closer, { ...into, priority: 21998 }].map((rule) => ({ ...rule, from: prefix('0.0.0.0/32') }))
        : [
            { ...into, priority: 21996, from: prefix('::/1'), table: 254 },
            { ...into, priority: 21996, from: prefix('8000::/1'), table: 254 },
            closer,
            { ...into, priority: 21998 },
          ]),
  ];
}

export function networkOf(...secondaries: readonly DesiredInterface[]): DesiredNetwork {
  return { primary, secondaries, setAside: [], sysctls: [] };
}

/** What state.json remembers once these NICs were configured. */
export function remembered(
  ...secondaries: readonly DesiredInterface[]
): Required<Pick<DifferenceContext, 'commons' | 'addresses' | 'sources'>> {
  const addresses = secondaries.map(({ mac, ipv4, ipv6 }) => {
    const own = [ipv4, ipv6].flatMap((family) =>
      family === null ? [] : [...(family.address === null ? [] : [family.address]), ...family.further],
    );
    return [mac, own] as const;
  });
  const sources = secondaries.map(({ mac, rules }) => {
    return [mac, rules.flatMap(({ from, to }) => (from === null || to !== null ? [] : [from]))] as const;
  });
  const commons = commonsOf(networkOf(...secondaries));
  return { commons, addresses: new Map(addresses), sources: new Map(sources) };
}

/** What a kernel prints in which eth1 of `secondary(static4, static6)` is as desired, beside eth0. */
export const settled4 = `0:	from all lookup local
21001:	from 10.0.1.20 lookup 21001
21001:	from 10.0.1.21 lookup 21001
21997:	from 0.0.0.0 to 10.0.1.0/24 lookup main suppress_prefixlength 24
21998:	from 0.0.0.0 to 10.0.1.0/24 lookup 21001
32766:	from all lookup main
32767:	from all lookup default
default via 10.0.1.253 dev eth1 table 21001 src 10.0.1.20 onlink
10.0.1.0/24 dev eth1 table 21001 scope link src 10.0.1.20
default via 10.0.0.253 dev eth0 proto dhcp metric 100
10.0.0.0/24 dev eth0 proto kernel scope link src 10.0.0.10 metric 100
2: eth0    inet 10.0.0.10/24 brd 10.0.0.255 scope global dynamic eth0
3: eth1    inet 10.0.1.20/32 scope global eth1
3: eth1    inet 10.0.1.21/32 scope global eth1
`;
export const settled6 = `0:	from all lookup local
21001:	from 2001:db8:1::20 lookup 21001
21996:	from ::/1 to 2001:db8:1::/64 lookup main
21996:	from 8000::/1 to 2001:db8:1::/64 lookup main
21997:	from all to 2001:db8:1::/64 lookup main suppress_prefixlength 64
21998:	from all to 2001:db8:1::/64 lookup 21001
32766:	from all lookup main
2001:db8:1::/64 dev eth1 table 21001 src 2001:db8:1::20 metric 1024 pref medium
default via fe80::1 dev eth1 table 21001 src 2001:db8:1::20 metric 1024 pref medium
2001:db8::/64 dev eth0 proto kernel metric 256 pref medium
2001:db8:1::20 dev eth1 proto kernel metric 256 pref medium
fe80::/64 dev eth0 proto kernel metric 256 pref medium
fe80::/64 dev eth1 proto kernel metric 256 pref medium
default via fe80::1 dev eth0 proto ra metric 1024 expires 1700sec pref medium
2: eth0    inet6 2001:db8::10/64 scope global dynamic mngtmpaddr
3: eth1    inet6 2001:db8:1::20/128 scope global nodad
3: eth1    inet6 fe80::1234/64 scope link
`;
