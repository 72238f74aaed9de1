import fc from 'fast-check';
import {
  type Address,
  type Family,
  families,
  hostPrefix,
  type Prefix,
  prefixOf,
} from '../../model/address.ts';
import type {
  ConnectedPlace,
  DesiredFamily,
  DesiredInterface,
  DesiredNetwork,
  Method,
  PolicyRoute,
  PolicyRule,
} from '../../model/desired.ts';
import type { Mac } from '../../model/mac.ts';

/** Networks of the shapes that the network stage makes, for properties of formats. */
export function anyNetwork(
  connected: (method: Method, family: Family) => ConnectedPlace,
): fc.Arbitrary<DesiredNetwork> {
  return fc
    .uniqueArray(anyNic(connected), {
      minLength: 1,
      maxLength: 4,
      selector: (nic) => nic.name,
      comparator: 'IsStrictlyEqual',
    })
    .map((nics) => {
      const secondaries = nics.map((nic, index) => withPolicy(nic, index + 1));
      const sysctls = secondaries.map(({ name, mac }) => ({
        key: `net/ipv4/conf/${name}/rp_filter`,
        value: '2',
        mac,
      }));
      return { primary, secondaries, setAside: [], sysctls };
    });
}

const primary = {
  name: 'eth0',
  mac: '00:16:3e:ff:00:00' as Mac,
  id: null,
  ipv4: {
    addresses: ['10.255.0.10' as Address],
    subnet: '10.255.0.0/24' as Prefix,
    gateway: '10.255.0.253' as Address,
  },
  ipv6: null,
};

type Bare = Omit<DesiredInterface, 'slot' | 'table' | 'routes' | 'rules'>;

const anyName = fc.oneof(
  fc.integer({ min: 1, max: 63 }).map((number) => `eth${number}`),
  fc.integer({ min: 3, max: 9 }).map((slot) => `ens${slot}`),
  fc.integer({ min: 1, max: 31 }).map((slot) => `enp0s${slot}`),
);

const anyMac = fc
  .array(fc.integer({ min: 0, max: 255 }), { minLength: 4, maxLength: 4 })
  .map((bytes) => ['00', '16', ...bytes.map((byte) => byte.toString(16).padStart(2, '0'))].join(':') as Mac);

function anyNic(connected: (method: Method, family: Family) => ConnectedPlace): fc.Arbitrary<Bare> {
  return fc
    .record({
      parent: anyName,
      mac: anyMac,
      vlanId: fc.option(fc.integer({ min: 1, max: 4094 }), { freq: 4 }),
      mtu: fc.option(fc.integer({ min: 1280, max: 9000 })),
      ipv4: fc.option(anyFamily('ipv4', connected), { freq: 5 }),
      ipv6: fc.option(anyFamily('ipv6', connected), { freq: 1 }),
    })
    .map(({ parent, vlanId, ...rest }) => ({
      ...rest,
      id: null,
      name: vlanId === null ? parent : `${parent}.${vlanId}`,
      vlan: vlanId === null ? null : { parent, parentMac: '00:16:3e:ff:ff:ff' as Mac, id: vlanId },
    }));
}

const behind = { ipv4: '172.30.0.0/16' as Prefix, ipv6: '2001:db8:ff00::/48' as Prefix };

function anyFamily(
  family: Family,
  connected: (method: Method, family: Family) => ConnectedPlace,
): fc.Arbitrary<DesiredFamily> {
  const host = (net: number, number: number) =>
    (family === 'ipv4'
      ? `10.${net}.0.${number + 1}`
      : `2001:db8:${(net + 1).toString(16)}::${number + 1}`) as Address;
  return fc
    .record({
      method: fc.constantFrom<Method>('dhcp', 'static'),
      net: fc.integer({ min: 0, max: 254 }),
      hosts: fc.uniqueArray(fc.integer({ min: 0, max: 200 }), { minLength: 1, maxLength: 12 }),
      known: fc.boolean(),
      unlisted: fc.boolean(),
      gateway: fc.constantFrom('inside', 'outside', 'none'),
      routed: fc.boolean(),
      prefixes: fc.uniqueArray(fc.integer({ min: 0, max: 15 }), { maxLength: 2 }),
    })
    .map(({ method, net, hosts, known, unlisted, gateway, routed, prefixes }) => {
      const [first = 0, ...more] = hosts;
      const length = family === 'ipv4' ? 24 : 64;
      const outside = family === 'ipv4' ? '172.16.0.1' : 'fe80::1';
      return {
        method,
        connected: connected(method, family),
        byLease: method === 'dhcp' && (unlisted || !known),
        address: method === 'static' || known ? host(net, first) : null,
        prefixLength: length,
        further: more.map((number) => host(net, number)),
        prefixes: prefixes.map((number) =>
          family === 'ipv4'
            ? (`192.168.${net}.${number * 16}/28` as Prefix)
            : (`2001:db8:ffff:${number + 1}::/80` as Prefix),
        ),
        subnet: prefixOf(host(net, 0), length),
        gateway: gateway === 'none' ? null : gateway === 'inside' ? host(net, 252) : (outside as Address),
        routes: routed ? [{ destination: behind[family], via: host(net, 253) }] : [],
        sharedWithPrimary: false,
      };
    });
}

function withPolicy(nic: Bare, slot: number): DesiredInterface {
  const table = 21000 + slot;
  const routes = families.flatMap((family) => routesOf(nic, family, table));
  const rules = families.flatMap((family) => rulesOf(nic, family, table));
  const inMain = nic.ipv4?.connected === 'main';
  return { ...nic, slot, table, routes: [...routes, ...(inMain ? primaryRoutes : [])], rules };
}

function routesOf(nic: Bare, family: Family, table: number): readonly PolicyRoute[] {
  const own = nic[family];
  if (own === null || own.subnet === null) return [];
  const all = (family === 'ipv4' ? '0.0.0.0/0' : '::/0') as Prefix;
  const common = { family, table, device: nic.name, source: own.address, metric: 0 };
  const onlink = own.method === 'static' && own.gateway?.startsWith('fe80:') === false;
  const subnet: PolicyRoute = { ...common, destination: own.subnet, via: null, onlink: false };
  const others = own.routes.map((route) => ({ ...common, ...route, onlink: own.method === 'static' }));
  return own.gateway === null
    ? [subnet, ...others]
    : [subnet, ...others, { ...common, destination: all, via: own.gateway, onlink }];
}

function rulesOf(nic: Bare, family: Family, table: number): readonly PolicyRule[] {
  const own = nic[family];
  if (own === null) return [];
  const hosts = [...(own.address === null ? [] : [own.address]), ...own.further].map(hostPrefix);
  const sources = [...hosts, ...own.prefixes].map((from) => ({
    family,
    priority: table,
    from,
    to: null,
    table,
    suppressPrefixLength: null,
  }));
  if (family === 'ipv6' || own.subnet === null) return sources;
  const inMain = own.connected === 'main';
  const from = (inMain ? '8.0.0.0/5' : '0.0.0.0/32') as Prefix;
  const into = { family, from, to: own.subnet, table: inMain ? 21000 : table, suppressPrefixLength: null };
  const closer = { ...into, priority: 21997, table: 254, suppressPrefixLength: 24 };
  return [...sources, closer, { ...into, priority: 21998 }];
}

const common = {
  family: 'ipv4' as const,
  table: 21000,
  device: 'eth0',
  source: '10.255.0.10' as Address,
  onlink: false,
  metric: 0,
};
const primaryRoutes: readonly PolicyRoute[] = [
  { ...common, destination: '10.255.0.0/24' as Prefix, via: null },
  { ...common, destination: '0.0.0.0/0' as Prefix, via: '10.255.0.253' as Address },
];
