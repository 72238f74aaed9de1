import { describe, expect, it } from 'vitest';
import { defaultConfig } from '../../config/defaults.ts';
import { parseInstance } from '../../metadata/instance-schema.ts';
import { type Address, familyOf, type Prefix } from '../../model/address.ts';
import type { Config } from '../../model/config.ts';
import type { KernelState } from '../../model/kernel.ts';
import type { Mac } from '../../model/mac.ts';
import type { RuleForms } from '../../model/rule-forms.ts';
import type { Stack } from '../../model/stack.ts';
import { emptyState, type State } from '../../model/state.ts';
import { desire, type Wanted } from '../desire.ts';
import { imagineKernel } from '../imagine.ts';

const ruleForms: RuleForms = { unspecifiedSource: true, suppressPrefixLength: true };

const stack: Stack = {
  id: 'none',
  format: 'none',
  renderer: null,
  init: 'systemd',
  versions: { networkmanager: null, systemd: null, netplan: null, wicked: null, kernel: null },
  dhcpClient: null,
  include: null,
  networkScripts: false,
};

const macOf = (number: number) => `00:16:3e:00:00:0${number}` as Mac;

/** The truth: eth0 to eth2 in 10.0.0.0/24 to 10.0.2.0/24, and the same by IPv6. */
function nic(number: number, four: object = {}, six: object = {}, more: object = {}): object {
  return {
    mac: macOf(number),
    primary: number === 0,
    ipv4: {
      dhcp: false,
      addresses: [`10.0.${number}.10`],
      subnet: `10.0.${number}.0/24`,
      gateway: `10.0.${number}.253`,
      ...four,
    },
    ipv6: {
      addresses: [`2001:db8:${number}::10`],
      subnet: `2001:db8:${number}::/64`,
      gateway: `2001:db8:${number}::fff7`,
      ...six,
    },
    ...more,
  };
}

interface Scene {
  readonly nics?: readonly object[];
  readonly dns?: readonly string[];
  readonly config?: Partial<Config>;
  readonly interfaces?: Partial<Config['interfaces']>;
  /** `eth1 10.0.1.10/24` and so on, as the kernel has them. */
  readonly held?: readonly string[];
  /** Rules in the kernel, `10.0.1.64/28 21001`. */
  readonly rules?: readonly string[];
  readonly state?: Partial<State>;
}

function decide({
  nics = [],
  dns = [],
  config = {},
  interfaces = {},
  held = [],
  rules = [],
  state = {},
}: Scene) {
  const listed = [0, 1, 2].map((number) => nics.find((one) => macIn(one) === macOf(number)) ?? nic(number));
  const document = { primaryMac: macOf(0), dns, interfaces: listed };
  const parsed = parseInstance(document, 'test');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problem));
  const kernel: KernelState = {
    ...imagineKernel(parsed.value),
    addresses: held.map((text) => {
      const [link = '', own = ''] = text.split(' ');
      const [address = '', length] = own.split('/');
      const family = familyOf(address as Address);
      const prefixLength = Number(length);
      return { link, family, address: address as Address, prefixLength, scope: 'global', flags: [] };
    }),
    rules: rules.map((text) => {
      const [from = '', table = ''] = text.split(' ');
      const family = familyOf(from as Prefix);
      const number = Number(table);
      return {
        family,
        priority: number,
        from: from as Prefix,
        to: null,
        table: number,
        special: false,
        suppressPrefixLength: null,
        spec: '',
      };
    }),
  };
  return desire({
    instance: parsed.value,
    kernel,
    config: { ...defaultConfig, ...config, interfaces: { ...defaultConfig.interfaces, ...interfaces } },
    state: { ...emptyState, ...state },
    claims: new Map(),
    removed: new Set(),
    primaryAgreed: true,
    leases: new Map(),
    stack,
    connected: () => 'table',
    ruleForms,
  });
}

function macIn(one: object): unknown {
  return 'mac' in one ? one.mac : undefined;
}

function decided(scene: Scene): Wanted {
  const result = decide(scene);
  if (!result.ok) throw new Error(JSON.stringify(result.problem));
  return result.value;
}

/** `eth1: REASON: DETAIL` for each NIC that gets nothing, `eth1 -: REASON: DETAIL` for a value that is left out. */
function objections({ network }: Wanted): readonly string[] {
  return [
    ...network.setAside.map(({ name, reason, detail }) => `${name}: ${reason}: ${detail}`),
    ...network.secondaries.flatMap(({ name, refused = [] }) =>
      refused.map(({ reason, detail }) => `${name} -: ${reason}: ${detail}`),
    ),
  ];
}

const one = (four: object, six: object = {}): Scene => ({ nics: [nic(1, four, six)] });
const six = (fields: object): Scene => one({}, fields);
const further = (...more: readonly string[]): Scene => one({ addresses: ['10.0.1.10', ...more] });
const further6 = (...more: readonly string[]): Scene => six({ addresses: ['2001:db8:1::10', ...more] });

describe('what only the primary may have, on a secondary', () => {
  it.each<[string, Scene, string]>([
    [
      'its address',
      one({ addresses: ['10.0.0.10'] }),
      'eth1: address-refused: 10.0.0.10 is an address of the primary eth0',
    ],
    [
      'its IPv6 address',
      six({ addresses: ['2001:db8::10', '2001:db8:1::10'] }),
      'eth1: address-refused: 2001:db8::10 is an address of the primary eth0',
    ],
    [
      'its address as a further one',
      further('10.0.0.10'),
      'eth1 -: address-refused: 10.0.0.10 is an address of the primary eth0',
    ],
    [
      'its IPv6 address as a further one',
      further6('2001:db8::10'),
      'eth1 -: address-refused: 2001:db8::10 is an address of the primary eth0',
    ],
    [
      'an address that only the kernel has on it',
      { ...further('10.0.0.77'), held: ['eth0 10.0.0.77/32'] },
      'eth1 -: address-refused: 10.0.0.77 is an address of the primary eth0',
    ],
    [
      'its gateway as an address',
      further('10.0.0.253'),
      'eth1 -: address-refused: 10.0.0.253 is the gateway of the primary',
    ],
    [
      'its IPv6 gateway as an address',
      further6('2001:db8::fff7'),
      'eth1 -: address-refused: 2001:db8::fff7 is the gateway of the primary',
    ],
    [
      'a prefix that covers its address',
      one({ prefixes: ['10.0.0.0/28'] }),
      'eth1 -: prefix-refused: 10.0.0.0/28 covers 10.0.0.10, an address of the primary eth0',
    ],
    [
      'an IPv6 prefix that covers its address',
      six({ prefixes: ['2001:db8::/80'] }),
      'eth1 -: prefix-refused: 2001:db8::/80 covers 2001:db8::10, an address of the primary eth0',
    ],
    [
      'a prefix that covers what the kernel has on it',
      { ...one({ prefixes: ['10.0.0.64/28'] }), held: ['eth0 10.0.0.70/32'] },
      'eth1 -: prefix-refused: 10.0.0.64/28 covers 10.0.0.70, an address of the primary eth0',
    ],
    [
      'a prefix that covers its gateway',
      one({ prefixes: ['10.0.0.240/28'] }),
      'eth1 -: prefix-refused: 10.0.0.240/28 covers 10.0.0.253, which is no address of this NIC',
    ],
    [
      'a subnet that covers a gateway of it beyond its subnet',
      {
        nics: [
          nic(0, { gateway: '10.9.0.1' }),
          nic(1, { subnet: '10.9.0.0/24', addresses: ['10.9.0.10'], gateway: '10.9.0.253' }),
        ],
      },
      'eth1: subnet-refused: 10.9.0.0/24 covers 10.9.0.1, the gateway of the primary',
    ],
    [
      'a gateway in its subnet',
      one({ gateway: '10.0.0.253' }),
      'eth1: gateway-refused: 10.0.0.253 lies outside of its subnet, in that of the primary eth0',
    ],
    [
      'a gateway that is its address',
      one({ gateway: '10.0.0.10' }),
      'eth1: gateway-refused: 10.0.0.10 is an address of the primary eth0',
    ],
  ])('%s', (_lie, scene, expected) => {
    expect(objections(decided(scene))).toEqual([expected]);
  });

  it.each<[string, Record<string, readonly { address: string; length: number }[]>, string]>([
    ['IPv4', { [macOf(1)]: [{ address: '10.0.0.10', length: 24 }] }, '10.0.0.10'],
    ['IPv6', { [macOf(1)]: [{ address: '2001:db8::10', length: 64 }] }, '2001:db8::10'],
  ])('interfaces.addresses of the configuration, %s', (_family, addresses, address) => {
    const interfaces = { addresses: new Map(Object.entries(addresses)) } as unknown as Partial<
      Config['interfaces']
    >;
    const wanted = decided({ interfaces });
    expect(objections(wanted)).toEqual([
      `eth1 -: address-refused: ${address} is an address of the primary eth0`,
    ]);
    expect(
      wanted.network.secondaries[0]?.rules.some(
        ({ from, priority }) => priority === 21001 && from?.startsWith(`${address}/`),
      ),
    ).toBe(false);
  });

  it('a VLAN of the configuration', () => {
    const vlan = {
      parent: 'eth1',
      id: 100,
      mac: macOf(9),
      addresses: [{ address: '10.0.0.10' as Address, length: 24 }],
      gateway: null,
    };
    expect(objections(decided({ interfaces: { vlans: [vlan] } }))).toEqual([
      'eth1.100: address-refused: 10.0.0.10 is an address of the primary eth0',
    ]);
  });

  it('is no objection where enid put the address there and the metadata has moved it', () => {
    const state = { primaryAddresses: ['10.0.0.77' as Address] };
    expect(objections(decided({ ...further('10.0.0.77'), held: ['eth0 10.0.0.77/32'], state }))).toEqual([]);
  });
});

describe('the metadata service and the DNS servers', () => {
  it.each<[string, Scene, string]>([
    [
      'the metadata service as an address',
      further('100.100.100.200'),
      'eth1 -: address-refused: 100.100.100.200 is the metadata service',
    ],
    [
      'the same by IPv6',
      further6('fd00:100::100:200'),
      'eth1 -: address-refused: fd00:100::100:200 is the metadata service',
    ],
    [
      "OpenStack's as the first address",
      one({ addresses: ['169.254.169.254'] }),
      'eth1: address-refused: 169.254.169.254 cannot be the address of a NIC',
    ],
    [
      'the configured one as an address',
      {
        ...further('192.0.2.7'),
        config: { metadata: { ...defaultConfig.metadata, endpoint: 'http://192.0.2.7:8080' } },
      },
      'eth1 -: address-refused: 192.0.2.7 is the metadata service',
    ],
    [
      'a subnet around the metadata service',
      one({ subnet: '100.100.0.0/16', addresses: ['100.100.1.10'], gateway: '100.100.1.1' }),
      'eth1: subnet-refused: 100.100.0.0/16 covers the metadata service 100.100.100.200',
    ],
    [
      'an IPv6 subnet around it',
      six({ subnet: 'fd00:100::/64', addresses: ['fd00:100::9'], gateway: 'fd00:100::1' }),
      'eth1: subnet-refused: fd00:100::/64 covers the metadata service fd00:100::100:200',
    ],
    [
      'a DNS server as an address',
      { ...further('10.0.1.53'), dns: ['10.0.1.53'] },
      'eth1 -: address-refused: 10.0.1.53 is a DNS server',
    ],
    [
      'an IPv6 DNS server as an address',
      { ...further6('2001:db8:1::53'), dns: ['2001:db8:1::53'] },
      'eth1 -: address-refused: 2001:db8:1::53 is a DNS server',
    ],
    [
      'a prefix around a DNS server',
      { ...one({ prefixes: ['10.0.5.48/28'] }), dns: ['10.0.5.53'] },
      'eth1 -: prefix-refused: 10.0.5.48/28 covers 10.0.5.53, which is no address of this NIC',
    ],
    [
      'the metadata service as a gateway',
      one({ gateway: '100.100.100.200' }),
      'eth1: gateway-refused: 100.100.100.200 is the metadata service',
    ],
  ])('%s', (_lie, scene, expected) => {
    expect(objections(decided(scene))).toEqual([expected]);
  });

  it.each([
    ['IPv4', '10.0.1.53', '10.0.1.0/24'],
    ['IPv6', '2001:db8:1::53', '2001:db8:1::/64'],
  ])('a DNS server in the subnet is reached as before, by the primary: %s', (_family, server, subnet) => {
    const { network, notes } = decided({ dns: [server] });
    const [eth1] = network.secondaries;
    expect(notes).toContain(
      `eth1: ${subnet} holds ${server}, so new connections into it leave by the primary as before`,
    );
    expect(eth1?.rules.filter(({ from, to }) => from === null && to === subnet)).toEqual([]);
    expect(eth1?.rules.map(({ from }) => from)).toContain('10.0.1.10/32');
  });

  it('a server that is the DNS server of its network keeps the address that it has', () => {
    expect(objections(decided({ dns: ['10.0.1.10'], held: ['eth1 10.0.1.10/24'] }))).toEqual([]);
  });
});

describe('what no NIC has', () => {
  it.each<[string, string]>([
    ['0.0.0.0', '0.0.0.0 cannot be the address of a NIC'],
    ['224.0.0.1', '224.0.0.1 cannot be the address of a NIC'],
    ['255.255.255.255', '255.255.255.255 cannot be the address of a NIC'],
    ['127.0.0.1', '127.0.0.1 cannot be the address of a NIC'],
    ['169.254.7.7', '169.254.7.7 cannot be the address of a NIC'],
    ['10.0.1.0', '10.0.1.0 is the network or broadcast address of 10.0.1.0/24'],
    ['10.0.1.255', '10.0.1.255 is the network or broadcast address of 10.0.1.0/24'],
    ['10.0.1.253', '10.0.1.253 is its gateway'],
  ])('%s, as the first address or a further one', (address, detail) => {
    expect(objections(decided(further(address)))).toEqual([`eth1 -: address-refused: ${detail}`]);
    expect(objections(decided(one({ addresses: [address] })))).toEqual([`eth1: address-refused: ${detail}`]);
  });

  it.each(['::', '::1', 'ff02::1', 'fe80::7', '::ffff:10.0.0.10', '::10.0.0.10'])('%s', (address) => {
    expect(objections(decided(further6(address)))).toEqual([
      expect.stringMatching(/^eth1 -: address-refused: \S+ cannot be the address of a NIC$/),
    ]);
    expect(objections(decided(six({ addresses: [address] })))).toEqual([
      expect.stringMatching(/^eth1: address-refused: /),
    ]);
  });

  it.each<[string, Scene, string]>([
    [
      'the whole of IPv4 as subnet',
      one({ subnet: '0.0.0.0/0' }),
      'eth1: subnet-refused: 0.0.0.0/0 cannot be the subnet of a NIC',
    ],
    [
      'half of IPv4 as subnet',
      one({ subnet: '0.0.0.0/1' }),
      'eth1: subnet-refused: 0.0.0.0/1 cannot be the subnet of a NIC',
    ],
    [
      'a length that is none',
      one({ subnet: null, prefixLength: 4 }),
      'eth1: subnet-refused: 0.0.0.0/4 cannot be the subnet of a NIC',
    ],
    [
      'the whole of IPv6 as subnet',
      six({ subnet: '::/0' }),
      'eth1: subnet-refused: ::/0 cannot be the subnet of a NIC',
    ],
    [
      'a subnet of multicast',
      one({ subnet: '224.0.0.0/8' }),
      'eth1: subnet-refused: 224.0.0.0/8 cannot be the subnet of a NIC',
    ],
    [
      'a subnet that its address is outside of',
      one({ subnet: '10.7.0.0/24' }),
      'eth1: address-refused: 10.0.1.10 lies outside of its subnet 10.7.0.0/24',
    ],
    [
      'an IPv6 subnet that its address is outside of',
      six({ subnet: '2001:db8:7::/64' }),
      'eth1: address-refused: 2001:db8:1::10 lies outside of its subnet 2001:db8:7::/64',
    ],
    [
      'a gateway that is itself',
      one({ gateway: '10.0.1.10' }),
      'eth1: address-refused: 10.0.1.10 is its gateway',
    ],
    [
      'an IPv6 gateway that is itself',
      six({ gateway: '2001:db8:1::10' }),
      'eth1: address-refused: 2001:db8:1::10 is its gateway',
    ],
    [
      'a gateway that is the broadcast address',
      one({ gateway: '10.0.1.255' }),
      'eth1: gateway-refused: 10.0.1.255 is the network or broadcast address of 10.0.1.0/24',
    ],
    [
      'a multicast gateway',
      one({ gateway: '224.0.0.1' }),
      'eth1: gateway-refused: 224.0.0.1 cannot be a gateway',
    ],
    [
      'a prefix of /8',
      one({ prefixes: ['172.0.0.0/8'] }),
      'eth1 -: prefix-refused: 172.0.0.0/8 cannot be a delegated prefix',
    ],
    [
      'an IPv6 prefix of /32',
      six({ prefixes: ['2001:db9::/32'] }),
      'eth1 -: prefix-refused: 2001:db9::/32 cannot be a delegated prefix',
    ],
    [
      'a route to multicast',
      one({ routes: [{ destination: '224.0.0.0/4', via: '10.0.1.254' }] }),
      'eth1 -: route-refused: 224.0.0.0/4 cannot lie behind a gateway',
    ],
    [
      'a route by way of itself',
      one({ routes: [{ destination: '10.9.0.0/16', via: '10.0.1.10' }] }),
      'eth1 -: route-refused: 10.9.0.0/16: 10.0.1.10 is an address of this NIC itself',
    ],
    [
      'a route by way of the primary',
      one({ routes: [{ destination: '10.9.0.0/16', via: '10.0.0.10' }] }),
      'eth1 -: route-refused: 10.9.0.0/16: 10.0.0.10 is an address of the primary eth0',
    ],
  ])('%s', (_lie, scene, expected) => {
    expect(objections(decided(scene))).toEqual([expected]);
  });

  it.each<[string, string]>([
    ['all', '"all" is no name of a NIC'],
    ['default', '"default" is no name of a NIC'],
    ['lo', '"lo" is no name of a NIC'],
    ['eth0', '"eth0" is the name of the primary'],
    ['eth1@if5', 'its name "eth1@if5" cannot be written into a network configuration'],
    ['eth1.bak', 'files of "eth1.bak" are taken for backups and not read'],
  ])('the name %s', (name, detail) => {
    const wanted = decided({ nics: [nic(0, {}, {}, { name: 'eth0' }), nic(1, {}, {}, { name })] });
    expect(objections(wanted)).toEqual([`${name}: name-refused: ${detail}`]);
    expect(wanted.network.secondaries).toHaveLength(1);
  });
});

describe('one thing on two NICs', () => {
  const both = (address: string): Scene => ({
    nics: [nic(1, { addresses: ['10.0.1.10', address] }), nic(2, { addresses: ['10.0.2.10', address] })],
  });

  it("an address is nobody's where neither carries it", () => {
    const detail = 'is listed for more than one NIC, and none of them carries it alone';
    expect(objections(decided(both('10.0.5.5')))).toEqual([
      `eth1 -: address-refused: 10.0.5.5 ${detail}`,
      `eth2 -: address-refused: 10.0.5.5 ${detail}`,
    ]);
  });

  it("an address is the one's that carries it", () => {
    expect(objections(decided({ ...both('10.0.5.5'), held: ['eth2 10.0.5.5/32'] }))).toEqual([
      'eth1 -: address-refused: 10.0.5.5 is an address of eth2',
    ]);
  });

  it("the first address of one is not the other's", () => {
    const scene = { ...further('10.0.2.10'), held: ['eth2 10.0.2.10/24'] };
    expect(objections(decided(scene))).toEqual(['eth1 -: address-refused: 10.0.2.10 is an address of eth2']);
  });

  it("a working NIC is not put out by the primary's list", () => {
    const lie = [nic(0, { addresses: ['10.0.0.10', '10.0.1.10'] })];
    const { network } = decided({ nics: lie, held: ['eth0 10.0.0.10/24', 'eth1 10.0.1.10/32'] });
    expect(network.primary.ipv4?.addresses).toEqual(['10.0.0.10']);
    expect(network.secondaries.map(({ name }) => name)).toEqual(['eth1', 'eth2']);
  });

  it('an address that an excluded NIC carries stays its own', () => {
    const scene = { ...further('10.0.2.10'), interfaces: { exclude: ['eth2'] }, held: ['eth2 10.0.2.10/24'] };
    expect(objections(decided(scene))).toContain('eth1 -: address-refused: 10.0.2.10 is an address of eth2');
  });

  it('an address that moved is given to the NIC that lists it now', () => {
    expect(objections(decided({ ...further('10.0.2.77'), held: ['eth2 10.0.2.77/32'] }))).toEqual([]);
  });

  it.each([
    ['IPv4', '10.0.5.64/28', '10.0.5.0/24', 'ipv4'],
    ['IPv6', '2001:db8:5::/80', '2001:db8:5::/64', 'ipv6'],
  ])('overlapping prefixes: %s', (_family, narrow, wide, family) => {
    const nics =
      family === 'ipv4'
        ? [nic(1, { prefixes: [narrow] }), nic(2, { prefixes: [wide] })]
        : [nic(1, {}, { prefixes: [narrow] }), nic(2, {}, { prefixes: [wide] })];
    const mine = `eth1 -: prefix-refused: ${narrow} overlaps ${wide} of eth2`;
    const other = `eth2 -: prefix-refused: ${wide} overlaps ${narrow} of eth1`;
    expect(objections(decided({ nics }))).toEqual([mine, other]);
    const slots = new Map([1, 2].map((number) => [macOf(number), number]));
    expect(objections(decided({ nics, rules: [`${narrow} 21001`], state: { slots } }))).toEqual([other]);
  });

  it('a prefix that overlaps one of the primary is refused', () => {
    const nics = [nic(0, { prefixes: ['10.0.5.64/28'] }), nic(1, { prefixes: ['10.0.5.64/28'] })];
    expect(objections(decided({ nics }))).toEqual([
      'eth1 -: prefix-refused: 10.0.5.64/28 overlaps 10.0.5.64/28 of the primary eth0',
    ]);
  });

  it('a prefix around an address of another NIC is refused, and the address stays', () => {
    expect(objections(decided(one({ prefixes: ['10.0.2.0/28'] })))).toEqual([
      'eth1 -: prefix-refused: 10.0.2.0/28 covers 10.0.2.10, an address of eth2',
    ]);
  });

  it('a gateway that is the address of another NIC is the fault of the NIC with the gateway', () => {
    const scene = {
      nics: [nic(2, { subnet: '10.0.1.0/24', addresses: ['10.0.1.20'], gateway: '10.0.1.10' })],
    };
    expect(objections(decided(scene))).toEqual(['eth2: gateway-refused: 10.0.1.10 is an address of eth1']);
  });
});

describe('what is true', () => {
  it.each<[string, Scene]>([
    ['three NICs', {}],
    [
      'the subnet of the primary',
      {
        nics: [nic(1, { subnet: '10.0.0.0/24', addresses: ['10.0.0.20'], gateway: '10.0.0.253' })],
        dns: ['10.0.0.2'],
      },
    ],
    [
      "a subnet within the primary's",
      { nics: [nic(1, { subnet: '10.0.0.128/25', addresses: ['10.0.0.200'], gateway: '10.0.0.253' })] },
    ],
    [
      "a subnet around the primary's",
      { nics: [nic(1, { subnet: '10.0.0.0/16', addresses: ['10.0.1.10'], gateway: '10.0.1.253' })] },
    ],
    ['a prefix in the subnet', one({ prefixes: ['10.0.1.64/28'] })],
    ['a gateway beyond a host prefix', one({ subnet: '10.0.1.10/32', gateway: '172.16.0.1' })],
    ['a link-local gateway of IPv6', six({ gateway: 'fe80::1' })],
    ['a further address of another range', further('192.168.7.7')],
    ['a /31, whose two addresses are both hosts', one({ subnet: '10.0.1.10/31', gateway: '10.0.1.11' })],
    [
      'a wide route behind another gateway',
      one({ routes: [{ destination: '10.0.0.0/8', via: '10.0.1.254' }] }),
    ],
    ['the DHCP server of OpenStack as a DNS server', { dns: ['10.0.0.2', '2001:db8::2'] }],
  ])('%s is not refused', (_title, scene) => {
    expect(objections(decided(scene))).toEqual([]);
  });

  it('a lie about one NIC leaves the others and the primary as they are', () => {
    const { network } = decided(one({ addresses: ['10.0.0.10'] }));
    expect(network.primary.ipv4?.addresses).toEqual(['10.0.0.10']);
    expect(network.secondaries.map(({ name, slot }) => `${name} ${slot}`)).toEqual(['eth2 1']);
  });
});

describe('the primary', () => {
  it.each<[string, object, object]>([
    ['a loopback address', { addresses: ['127.0.0.1'] }, {}],
    ['the whole of IPv4 as subnet', { subnet: '0.0.0.0/0' }, {}],
    ['a multicast gateway', { gateway: '224.0.0.1' }, {}],
    ['the whole of IPv6 as subnet', {}, { subnet: '::/0' }],
  ])('with %s is no knowledge of the machine', (_lie, four, sixth) => {
    expect(decide({ nics: [nic(0, four, sixth)] })).toMatchObject({
      ok: false,
      problem: { code: 'metadata-malformed' },
    });
  });

  it('with a name that is none is no primary', () => {
    expect(decide({ nics: [nic(0, {}, {}, { name: 'lo' })] })).toMatchObject({
      ok: false,
      problem: { code: 'no-primary' },
    });
  });

  it('with manage_primary does not get what another NIC carries', () => {
    const nics = [nic(0, { addresses: ['10.0.0.10', '10.0.1.10', '10.0.0.11'] })];
    const held = ['eth0 10.0.0.10/24', 'eth1 10.0.1.10/32'];
    const { network } = decided({ nics, held, interfaces: { managePrimary: true } });
    expect(network.primary.further).toEqual(['10.0.0.11']);
  });
});
