import { describe, expect, it } from 'vitest';
import type { Address, Prefix } from '../model/address.ts';
import type { DesiredNetwork, PolicyRule } from '../model/desired.ts';
import type { KernelRoute, Link } from '../model/kernel.ts';
import type { Mac } from '../model/mac.ts';
import { mirrored } from './mirror.ts';

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
  spec: '',
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

describe('mirrored', () => {
  it('repeats the routes of bridges, veth, vxlan and CNI devices, of any scope', () => {
    const links = [
      link('eth0', null),
      link('docker0', 'bridge'),
      link('cali12', 'veth'),
      link('flannel.1', 'vxlan'),
    ];
    const routes = [
      route('172.17.0.0/16', 'docker0'),
      route('10.244.0.7/32', 'cali12'),
      route('10.244.1.0/24', 'flannel.1', { via: '10.244.1.0' as never, onlink: true, scope: null }),
    ];
    const found = mirrored({ links, addresses: [], rules: [], routes }, network);
    expect(found.map((entry) => [entry.table, entry.destination, entry.device, entry.onlink])).toEqual([
      [21001, '172.17.0.0/16', 'docker0', false],
      [21001, '10.244.0.7/32', 'cali12', false],
      [21001, '10.244.1.0/24', 'flannel.1', true],
    ]);
  });

  it.each([
    ['a tunnel’s half-default', route('0.0.0.0/1', 'br0')],
    ['a default', route('0.0.0.0/0', 'br0')],
    ['a route wider than /8', route('10.0.0.0/7', 'br0')],
    ['a plain NIC', route('192.168.9.0/24', 'eth5')],
    ['a tunnel', route('10.8.0.0/24', 'tun0')],
    ['an ENI, even one that is a veth', route('192.168.9.0/24', 'eth1')],
    ['what overlaps an ENI’s subnet', route('10.0.0.0/16', 'br0')],
    ['link-local', route('169.254.169.254/32', 'br0')],
    ['multicast', route('224.0.0.0/8', 'br0')],
    ['another table', route('172.17.0.0/16', 'br0', { table: 100 })],
    ['what is no unicast route', route('172.17.0.0/16', 'br0', { type: 'blackhole' })],
    ['a family the NIC does not have', route('2001:db8::/48', 'br0')],
  ])('leaves alone %s', (_, kernelRoute) => {
    const links = [link('br0', 'bridge'), link('tun0', 'tun'), link('eth5', null), link('eth1', 'veth')];
    expect(mirrored({ links, addresses: [], rules: [], routes: [kernelRoute] }, network)).toEqual([]);
  });
});
