import { describe, expect, it } from 'vitest';
import type { Address, Prefix } from '../model/address.ts';
import type { DesiredNetwork, PolicyRule } from '../model/desired.ts';
import type { KernelRoute, Link } from '../model/kernel.ts';
import type { Mac } from '../model/mac.ts';
import { replicatedRoutes } from './replicate.ts';

const link = (name: string, kind: string | null): Link => ({
  index: 1,
  name,
  mac: '02:00:00:00:00:01' as Mac,
  mtu: 1500,
  up: true,
  carrier: true,
  type: 'ether',
  kind,
  master: null,
  parent: null,
  vlanId: null,
  hasDevice: kind === null,
});

const route = (destination: string, device: string, more: Partial<KernelRoute> = {}): KernelRoute => ({
  family: destination.includes(':') ? 'ipv6' : 'ipv4',
  type: 'unicast',
  destination: destination as Prefix,
  table: 254,
  via: null,
  device,
  source: null,
  metric: 0,
  protocol: 'kernel',
  scope: 'link',
  onlink: false,
  dead: false,
  spec: `${destination} dev ${device}`,
  ...more,
});

const family = {
  method: 'static' as const,
  connected: 'table' as const,
  byLease: false,
  address: null,
  prefixLength: 24,
  further: [],
  prefixes: ['10.0.1.64/28' as Prefix],
  subnet: '10.0.1.0/24' as Prefix,
  gateway: null,
  routes: [{ destination: '10.77.0.0/16' as Prefix, via: '10.0.1.254' as Address }],
  sharedWithPrimary: false,
};
const rule: PolicyRule = {
  family: 'ipv4',
  priority: 21001,
  from: '10.0.1.5/32' as Prefix,
  to: null,
  table: 21001,
  suppressPrefixLength: null,
};
const network = {
  primary: { name: 'eth0', mac: '02:00:00:00:00:01' as Mac, id: null, ipv4: null, ipv6: null },
  secondaries: [
    {
      name: 'eth1',
      mac: '02:00:00:00:00:02' as Mac,
      id: null,
      slot: 1,
      table: 21001,
      mtu: null,
      vlan: null,
      ipv4: family,
      ipv6: null,
      routes: [],
      rules: [rule],
    },
  ],
  setAside: [],
  sysctls: [],
} satisfies DesiredNetwork;

const kinds = [
  ...[
    'bridge',
    'veth',
    'vxlan',
    'geneve',
    'ipip',
    'sit',
    'gre',
    'gretap',
    'ip6gre',
    'ip6tnl',
    'vti',
    'vti6',
    'xfrm',
  ],
  ...[
    'wireguard',
    'tun',
    'macvlan',
    'macvtap',
    'ipvlan',
    'dummy',
    'ifb',
    'vrf',
    'nlmon',
    'l2tpeth',
    'ppp',
    'bond',
    'vlan',
  ],
];

function found(links: readonly Link[], routes: readonly KernelRoute[]) {
  const kernel = { links, addresses: [], rules: [], routes };
  return replicatedRoutes(kernel, network, () => true);
}

describe('replicatedRoutes', () => {
  it('repeats the routes of what is no ENI, of any scope, with their ways', () => {
    const links = [
      link('eth0', null),
      link('docker0', 'bridge'),
      link('cali12', 'veth'),
      link('flannel.1', 'vxlan'),
    ];
    const routes = [
      route('172.17.0.0/16', 'docker0', {
        spec: '172.17.0.0/16 dev docker0 proto kernel scope link src 172.17.0.1',
      }),
      route('10.244.0.7/32', 'cali12', { spec: '10.244.0.7 dev cali12 scope link' }),
      route('10.244.1.0/24', 'flannel.1', {
        spec: '10.244.1.0/24 via 10.244.1.0 dev flannel.1 onlink',
        scope: null,
      }),
    ];
    expect(found(links, routes)).toEqual([
      { family: 'ipv4', table: 21001, destination: '172.17.0.0/16', words: 'dev docker0' },
      { family: 'ipv4', table: 21001, destination: '10.244.0.7/32', words: 'dev cali12' },
      {
        family: 'ipv4',
        table: 21001,
        destination: '10.244.1.0/24',
        words: 'via 10.244.1.0 dev flannel.1 onlink',
      },
    ]);
  });

  it.each(kinds)('knows a device by its kind: %s', (kind) => {
    expect(found([link('x0', kind)], [route('192.168.9.0/24', 'x0')])).toHaveLength(1);
  });

  it.each(['none', 'ipip', 'sit', 'gre', 'tunnel6', 'gre6', 'ppp', 'void', 'ether'])(
    'knows a device of which no kind is told (old iproute2) by having none behind it: %s',
    (type) => {
      const old = { ...link('x0', null), type, hasDevice: false };
      expect(found([old], [route('192.168.9.0/24', 'x0')])).toHaveLength(1);
    },
  );

  it('follows a person’s routes by the NIC itself, in its own table only', () => {
    const second = { ...network.secondaries[0], name: 'eth2', slot: 2, table: 21002 };
    const two = { ...network, secondaries: [...network.secondaries, second] } as DesiredNetwork;
    const routes = [
      route('10.99.0.0/16', 'eth1', { spec: '10.99.0.0/16 via 10.0.1.5 dev eth1' }),
      route('10.98.0.0/16', 'eth2', { spec: '10.98.0.0/16 dev eth2 scope link' }),
      route('10.97.0.0/16', 'eth0', { spec: '10.97.0.0/16 via 10.0.0.5 dev eth0' }),
    ];
    const kernel = { links: [], addresses: [], rules: [], routes };
    const all = replicatedRoutes(kernel, two, (_, nic) => nic.name !== 'eth9');
    expect(all.map(({ table, destination, words }) => [table, destination, words])).toEqual([
      [21001, '10.99.0.0/16', 'via 10.0.1.5 dev eth1'],
      [21002, '10.98.0.0/16', 'dev eth2'],
    ]);
    expect(replicatedRoutes(kernel, two, () => false)).toEqual([]);
  });

  it('of several routes to one destination repeats the one that main prefers, or none', () => {
    const links = [link('br0', 'bridge'), link('br1', 'bridge'), link('eth0', null)];
    const worse = route('172.17.0.0/16', 'br0', { metric: 50, spec: '172.17.0.0/16 dev br0 metric 50' });
    const better = route('172.17.0.0/16', 'br1', { metric: 9, spec: '172.17.0.0/16 dev br1 metric 9' });
    expect(found(links, [worse, better]).map(({ words }) => words)).toEqual(['dev br1']);
    expect(found(links, [worse, { ...better, device: 'eth0' }])).toEqual([]);
  });

  it('repeats a multipath route whose ways are all by such devices, and an encapsulation', () => {
    const links = [link('tun0', 'ipip'), link('tun1', 'ipip'), link('eth0', null)];
    const ways = (one: string, other: string) =>
      route('10.99.0.0/16', '', {
        device: null,
        spec: `10.99.0.0/16 proto static nexthop dev ${one} weight 1 nexthop dev ${other} weight 1`,
      });
    expect(found(links, [ways('tun0', 'tun1')]).map(({ words }) => words)).toEqual([
      'nexthop dev tun0 weight 1 nexthop dev tun1 weight 1',
    ]);
    expect(found(links, [ways('tun0', 'eth0')])).toEqual([]);
    const spec =
      '10.98.0.0/16 encap ip id 7 src 0.0.0.0 dst 192.0.2.1 ttl 0 dev tun0 proto static scope link mtu 1400';
    expect(found(links, [route('10.98.0.0/16', 'tun0', { spec })]).map(({ words }) => words)).toEqual([
      'encap ip id 7 src 0.0.0.0 dst 192.0.2.1 ttl 0 dev tun0 mtu 1400',
    ]);
  });

  it.each([
    ['a tunnel’s half-default', route('0.0.0.0/1', 'tun0')],
    ['the other half', route('128.0.0.0/1', 'tun0')],
    ['a default', route('0.0.0.0/0', 'tun0')],
    ['a route wider than /8', route('10.0.0.0/7', 'br0')],
    ['a NIC that the metadata does not list', route('192.168.9.0/24', 'eth5')],
    ['the loopback', route('192.168.9.0/24', 'lo')],
    ['a member of a bond', route('192.168.9.0/24', 'slave')],
    ['the primary', route('192.168.9.0/24', 'eth0')],
    ['what overlaps an ENI’s subnet', route('10.0.0.0/16', 'br0')],
    ['what is in an ENI’s subnet', route('10.0.1.128/25', 'eth1')],
    ['what overlaps a delegated prefix', route('10.0.1.64/29', 'br0')],
    ['link-local', route('169.254.169.254/32', 'br0')],
    ['multicast', route('224.0.0.0/8', 'br0')],
    ['another table', route('172.17.0.0/16', 'br0', { table: 100 })],
    [
      'what is no unicast route',
      route('172.17.0.0/16', 'br0', { type: 'blackhole', spec: 'blackhole 172.17.0.0/16' }),
    ],
    [
      'a route for some sources',
      route('172.17.0.0/16', 'br0', { spec: '172.17.0.0/16 from 10.1.0.0/16 dev br0' }),
    ],
    ['a family the NIC does not have', route('2001:db8::/48', 'br0')],
  ])('leaves alone %s', (_, kernelRoute) => {
    const links = [
      ...[
        link('br0', 'bridge'),
        link('tun0', 'tun'),
        link('eth5', null),
        link('eth0', 'veth'),
        link('eth1', 'veth'),
      ],
      ...[{ ...link('lo', null), type: 'loopback', hasDevice: false }, link('bond9', 'bond')],
      { ...link('slave', 'veth'), master: 'bond9' },
    ];
    expect(found(links, [kernelRoute])).toEqual([]);
  });
});
