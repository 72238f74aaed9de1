import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Address,
  contains,
  type Family,
  type Prefix,
  parsePrefix,
  splitPrefix,
} from '../model/address.ts';
import type { Config } from '../model/config.ts';
import type { DesiredNetwork } from '../model/desired.ts';
import type { InstanceInterface, InstanceNetwork } from '../model/instance.ts';
import {
  defaultDestination,
  type KernelAddress,
  type KernelRoute,
  type KernelRule,
  mainTable,
} from '../model/kernel.ts';
import type { Mac } from '../model/mac.ts';
import type { RuleForms } from '../model/rule-forms.ts';
import type { Stack } from '../model/stack.ts';
import { emptyState } from '../model/state.ts';
import { type DesireInput, desire, type Wanted } from './desire.ts';
import { imagineKernel } from './imagine.ts';

const config: Config = {
  provider: 'auto',
  stack: 'auto',
  format: 'auto',
  metadata: { endpoint: null, file: null, timeout: 3000, poll: 60_000, token: 'auto', agreeingReads: 2 },
  interfaces: { exclude: [], include: [], managePrimary: false, vlans: [], addresses: new Map() },
  addressing: 'auto',
  defaultRoute: 'no',
  policyRouting: true,
  forwarding: { mode: 'follow-main', mask: 0x7f },
  tableBase: 21000,
  dns: false,
  sysctl: 'auto',
  activation: 'auto',
  rollback: { timeout: 60_000, probe: ['gateway', 'metadata'] },
  conflict: 'skip',
  metrics: { textfile: null },
};

const stack: Stack = {
  id: 'networkmanager',
  format: 'keyfile',
  renderer: null,
  init: 'systemd',
  versions: { networkmanager: null, systemd: null, netplan: null, wicked: null, kernel: null },
  dhcpClient: null,
  include: null,
  networkScripts: false,
};

const parsed = (text: string): Prefix => {
  const prefix = parsePrefix(text, 'test');
  if (!prefix.ok) throw new Error(text);
  return prefix.value;
};

const macOf = (number: number) => `00:16:3e:00:00:${number.toString(16).padStart(2, '0')}` as Mac;

function nic(
  number: number,
  subnet: number,
  more: Partial<InstanceInterface['ipv4']> = {},
  dual = false,
): InstanceInterface {
  const ipv6 = {
    dhcp: false,
    addresses: [splitPrefix(parsed(`2001:db8:${subnet}::${(10 + number).toString(16)}/128`)).base],
    prefixLength: 64,
    subnet: parsed(`2001:db8:${subnet}::/64`),
    gateway: `2001:db8:${subnet}::fff7` as Address,
    prefixes: [],
  };
  return {
    mac: macOf(number),
    name: null,
    id: `eni-${number}`,
    primary: number === 0,
    mtu: null,
    ipv4: {
      dhcp: true,
      addresses: [`10.0.${subnet}.${10 + number}` as Address],
      prefixLength: 24,
      subnet: `10.0.${subnet}.0/24` as Prefix,
      gateway: `10.0.${subnet}.253` as Address,
      prefixes: [],
      ...more,
    },
    ipv6: dual ? ipv6 : { ...ipv6, addresses: [], prefixLength: null, subnet: null, gateway: null },
    vlan: null,
  };
}

function instanceOf(nics: readonly InstanceInterface[]): InstanceNetwork {
  return { schema: 1, cloud: 'alibaba', instanceId: 'i-1', primaryMac: macOf(0), dns: [], interfaces: nics };
}

const ruleForms: RuleForms = { unspecifiedSource: true, suppressPrefixLength: true };

function wanted(nics: readonly InstanceInterface[], changes: Partial<DesireInput> = {}): Wanted {
  const instance = instanceOf(nics);
  const result = desire({
    instance,
    kernel: imagineKernel(instance),
    config,
    state: emptyState,
    claims: new Map(),
    removed: new Set(),
    leases: new Map(),
    primaryAgreed: true,
    stack,
    connected: () => 'table',
    ruleForms,
    ...changes,
  });
  if (!result.ok) throw new Error(result.problem.message);
  return result.value;
}

/**
 * The device a packet leaves by, looked up as the kernel would: rules by priority, the longest prefix in each table. A lookup
 * without a source has 0.0.0.0 in IPv4, and in IPv6 matches no rule with `from`. `br0` has a network inside each subnet.
 */
function leavesBy(network: DesiredNetwork, to: string, from: string | null): string | undefined {
  const family: Family = to.includes(':') ? 'ipv6' : 'ipv4';
  const primary = network.primary[family];
  const own = network.secondaries.flatMap((entry) => entry.routes);
  const main = [
    { destination: primary?.subnet, device: network.primary.name },
    { destination: defaultDestination[family], device: network.primary.name },
    ...network.secondaries.map((entry) => ({
      destination: entry.ipv4?.subnet?.replace('.0/24', '.64/28') as Prefix | undefined,
      device: 'br0',
    })),
    ...network.secondaries
      .filter((entry) => entry[family]?.connected === 'main')
      .map((entry) => ({ destination: entry[family]?.subnet, device: entry.name })),
  ];
  // A bounced primary comes back behind the secondaries: the worst order is the one to survive.
  main.reverse();
  const lookup = (table: number, suppressed: number | null): string | undefined => {
    const routes =
      table === mainTable ? main : own.filter((route) => route.table === table && route.family === family);
    const fitting = routes.filter((route) => route.destination && contains(route.destination, to as Address));
    const length = (route: { destination?: Prefix | null | undefined }) =>
      splitPrefix(route.destination as Prefix).length;
    const best = fitting.sort((one, other) => length(other) - length(one))[0];
    return best !== undefined && length(best) > (suppressed ?? -1) ? best.device : undefined;
  };
  const source = from ?? (family === 'ipv4' ? '0.0.0.0' : null);
  const rules = network.secondaries
    .flatMap((entry) => entry.rules)
    .filter((rule) => rule.family === family)
    .sort((one, other) => one.priority - other.priority);
  for (const rule of [...rules, { from: null, to: null, table: mainTable, suppressPrefixLength: null }]) {
    const fromFits = rule.from === null || (source !== null && contains(rule.from, source as Address));
    const toFits = rule.to === null || contains(rule.to, to as Address);
    const device = fromFits && toFits ? lookup(rule.table, rule.suppressPrefixLength) : undefined;
    if (device !== undefined) return device;
  }
  return undefined;
}

const arrangement = fc.record({
  subnets: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 8 }),
  places: fc.array(fc.constantFrom('table' as const, 'main' as const), { minLength: 8, maxLength: 8 }),
  addressing: fc.constantFrom('auto' as const, 'static' as const),
  forms: fc.record({ unspecifiedSource: fc.boolean(), suppressPrefixLength: fc.boolean() }),
});

describe('the three promises, looked up as the kernel would', () => {
  it('hold for any number of NICs in any subnets, the primary’s among them, whatever the stack can persist', () => {
    fc.assert(
      fc.property(arrangement, ({ subnets, places, addressing, forms }) => {
        const nics = [nic(0, 0), ...subnets.map((subnet, index) => nic(index + 1, subnet))];
        let call = 0;
        const connected = () => places[call++ % places.length] ?? 'table';
        const changes = { connected, config: { ...config, addressing }, ruleForms: forms };
        const { network } = wanted(nics, changes);

        for (const secondary of network.secondaries) {
          const subnet = secondary.ipv4?.subnet ?? ('' as Prefix);
          const peer = subnet.replace('.0/24', '.200');
          const address = secondary.ipv4?.address ?? '';
          expect(leavesBy(network, '198.51.100.7', address)).toBe(secondary.name);
          for (const other of network.secondaries) {
            const stranger = (other.ipv4?.subnet ?? '').replace('.0/24', '.201');
            expect(leavesBy(network, stranger, address)).toBe(secondary.name);
          }
          // Listed, unlisted in the primary's subnet and outside of it, and of a container that is forwarded.
          for (const source of ['10.0.0.10', '10.0.0.99', '203.0.113.9', '172.17.0.2']) {
            expect(leavesBy(network, peer, source)).toBe('eth0');
          }
          const container = subnet.replace('.0/24', '.70');
          if (forms.suppressPrefixLength) {
            expect(leavesBy(network, container, null)).toBe('br0');
            expect(leavesBy(network, container, '10.0.0.10')).toBe('br0');
          }
          const direct = leavesBy(network, peer, null);
          const inSubnet = network.secondaries
            .filter((entry) => entry.ipv4?.subnet === subnet)
            .map((entry) => entry.name);
          expect(secondary.ipv4?.sharedWithPrimary ? ['eth0'] : inSubnet).toContain(direct);
        }
        expect(leavesBy(network, '198.51.100.7', null)).toBe('eth0');
        expect(leavesBy(network, '10.0.0.200', null)).toBe('eth0');
      }),
      { numRuns: 300 },
    );
  });

  it('never lists the same rule or route twice', () => {
    fc.assert(
      fc.property(arrangement, ({ subnets, places }) => {
        let call = 0;
        const connected = () => places[call++ % places.length] ?? 'table';
        const { network } = wanted([nic(0, 0), ...subnets.map((subnet, index) => nic(index + 1, subnet))], {
          connected,
        });
        const rules = network.secondaries.flatMap((entry) => entry.rules).map((rule) => JSON.stringify(rule));
        const routes = network.secondaries
          .flatMap((entry) => entry.routes)
          .map((route) => JSON.stringify(route));
        expect(new Set(rules).size).toBe(rules.length);
        expect(new Set(routes).size).toBe(routes.length);
      }),
    );
  });
});

describe('IPv6', () => {
  it('keeps the promises as IPv4 does', () => {
    const nics = [nic(0, 0, {}, true), nic(1, 1, {}, true), nic(2, 0, {}, true), nic(3, 1, {}, true)];
    const { network } = wanted(nics, { connected: () => 'main' });
    const peers = { own: '2001:db8:1::c8', shared: '2001:db8::c8', outside: '2001:db8:ffff::7' };
    expect(leavesBy(network, peers.outside, '2001:db8:1::b')).toBe('eth1');
    expect(leavesBy(network, peers.own, '2001:db8:1::d')).toBe('eth3');
    expect(leavesBy(network, peers.shared, '2001:db8::c')).toBe('eth2');
    expect(leavesBy(network, peers.own, '2001:db8::a')).toBe('eth0');
    expect(leavesBy(network, peers.shared, '2001:db8::a')).toBe('eth0');
    expect(leavesBy(network, peers.own, null)).toBe('eth1');
    expect(leavesBy(network, peers.shared, null)).toBe('eth0');
  });

  it('is set on secondaries also where the primary has none', () => {
    const { network } = wanted([nic(0, 0), nic(1, 1, {}, true)]);
    expect(leavesBy(network, '2001:db8:ffff::7', '2001:db8:1::b')).toBe('eth1');
    expect(leavesBy(network, '2001:db8:1::c8', null)).toBe('eth1');
  });
});

describe('VLAN sub-interfaces that only the configuration knows', () => {
  const vlan = {
    parent: 'eni-1',
    id: 100,
    mac: macOf(9),
    addresses: [{ address: '10.0.9.7' as Address, length: 24 }],
    gateway: '10.0.9.1' as Address,
  };
  const nics = [nic(0, 0), nic(1, 1)];
  const configured = (...vlans: readonly Config['interfaces']['vlans'][number][]): Config => ({
    ...config,
    interfaces: { ...config.interfaces, vlans },
  });
  const file = { path: '/etc/x', digest: '', mode: 0o644, mac: vlan.mac };
  const known = {
    ...emptyState,
    slots: new Map([[vlan.mac, 2]]),
    names: new Map([[vlan.mac, 'eth1.100']]),
    files: new Map([[file.path, file]]),
  };

  it.each(['eni-1', macOf(1), 'eth1'])('stand on the parent %s, and get a slot like any NIC', (parent) => {
    const { network } = wanted(nics, { config: configured({ ...vlan, parent }) });
    expect(network.secondaries[1]).toMatchObject({
      name: 'eth1.100',
      slot: 2,
      vlan: { parent: 'eth1', parentMac: macOf(1), id: 100 },
    });
    expect(network.secondaries[1]?.ipv4).toMatchObject({ method: 'static', subnet: '10.0.9.0/24' });
  });

  it('may stand on the primary', () => {
    const { network } = wanted(nics, { config: configured({ ...vlan, parent: 'eni-0' }) });
    expect(network.secondaries[1]).toMatchObject({ name: 'eth0.100', vlan: { parent: 'eth0' } });
  });

  it('take no larger packets than the parent', () => {
    const sub = { ...nic(9, 9), mtu: 9000, vlan: { parentMac: macOf(1), id: 100 } };
    const inWide = { ...nic(1, 1), mtu: 8500 };
    const mtuIn = (all: readonly InstanceInterface[]) => wanted(all).network.secondaries[1]?.mtu;
    expect(mtuIn([nic(0, 0), nic(1, 1), sub])).toBe(1500);
    expect(mtuIn([nic(0, 0), inWide, sub])).toBe(8500);
    expect(mtuIn([nic(0, 0), inWide, { ...sub, mtu: 1400 }])).toBe(1400);
  });

  it('are left alone when excluded, also before they are made', () => {
    const excluded = configured(vlan);
    const { network } = wanted(nics, {
      config: { ...excluded, interfaces: { ...excluded.interfaces, exclude: ['eth1.*'] } },
    });
    expect(network.setAside).toMatchObject([{ mac: vlan.mac, name: 'eth1.100', reason: 'excluded' }]);
  });

  it('are one link where two have one id on one parent', () => {
    const twice = configured(vlan, { ...vlan, mac: macOf(8), parent: 'eth1' });
    const { network } = wanted(nics, { config: twice });
    expect(network.secondaries.map((entry) => entry.mac)).toEqual([macOf(1), vlan.mac]);
    expect(network.setAside).toMatchObject([{ mac: macOf(8), reason: 'vlan-taken' }]);
  });

  it('wait for a parent that nobody is, and keep their files', () => {
    const { network, gone } = wanted(nics, { config: configured({ ...vlan, parent: 'eth7' }), state: known });
    expect(network.setAside).toMatchObject([{ mac: vlan.mac, reason: 'no-parent', role: 'secondary' }]);
    expect(gone).toEqual([]);
  });

  it('go with their parent, whatever it was named by', () => {
    const names = new Map([...known.names, [macOf(1), 'eth1']] as const);
    for (const parent of ['eni-1', macOf(1), 'eth1']) {
      const { gone } = wanted([nic(0, 0)], {
        config: configured({ ...vlan, parent }),
        state: { ...known, names },
      });
      expect(gone).toMatchObject([{ mac: vlan.mac, table: 21002, present: false }]);
    }
  });

  it('go with a parent that the metadata lists no more, while both are still here', () => {
    const there = imagineKernel(
      instanceOf([...nics, { ...nic(9, 9), vlan: { parentMac: macOf(1), id: 100 } }]),
    );
    const names = new Map([...known.names, [macOf(1), 'eth1']] as const);
    const state = { ...known, names };
    const { gone } = wanted([nic(0, 0)], { config: configured(vlan), state, kernel: there });
    expect(gone).toMatchObject([{ mac: vlan.mac, name: 'eth1.100', isMade: true }]);
  });

  it('go with their entry in the configuration, link and all', () => {
    const there = imagineKernel(
      instanceOf([...nics, { ...nic(9, 9), vlan: { parentMac: macOf(1), id: 100 } }]),
    );
    const { gone } = wanted(nics, { state: known, kernel: there });
    expect(gone).toEqual([{ name: 'eth1.100', mac: vlan.mac, table: 21002, present: true, isMade: true }]);
  });

  it('come back in the same slot', () => {
    const { network } = wanted(nics, { config: configured(vlan), state: known });
    expect(network.secondaries.find((entry) => entry.mac === vlan.mac)).toMatchObject({
      slot: 2,
      table: 21002,
    });
  });
});

describe('bonds', () => {
  // Huawei BMS: two NICs that are members and have the bond's MAC, VLANs on the bond, an extended NIC beside it.
  const sub = { ...nic(2, 2), vlan: { parentMac: macOf(0), id: 2847 } };
  const all = [nic(0, 0), nic(1, 1), sub];
  const imagined = imagineKernel(instanceOf(all));
  const [first, extended] = imagined.links;
  const bond = { ...first, index: 9, name: 'bond0', kind: 'bond', hasDevice: false };
  const member = (name: string, index: number) => ({ ...first, index, name, master: 'bond0' });
  const links = [member('eth0', 2), member('eth1', 3), bond, { ...extended, name: 'eth2' }];
  const bonded = (more: readonly (typeof links)[number][] = []) =>
    ({ ...imagined, links: [...links, ...more] }) as DesireInput['kernel'];

  it('are the primary, and their members are nobody’s', () => {
    const { network } = wanted([nic(0, 0), nic(1, 1)], { kernel: bonded() });
    expect(network.primary).toMatchObject({ name: 'bond0', mac: macOf(0) });
    expect(network.secondaries.map((entry) => entry.name)).toEqual(['eth2']);
    expect(network.setAside).toEqual([]);
  });

  it('carry the VLANs that the metadata lists', () => {
    const { network } = wanted(all, { kernel: bonded() });
    expect(network.secondaries[1]).toMatchObject({ name: 'bond0.2847', vlan: { parent: 'bond0', id: 2847 } });
  });

  it('keep the VLANs that a person configures', () => {
    const made = { ...first, index: 11, name: 'bond0.2847', mac: sub.mac, kind: 'vlan', parent: 'bond0' };
    const { network } = wanted(all, {
      kernel: bonded([{ ...made, vlanId: 2847, hasDevice: false } as (typeof links)[number]]),
      claims: new Map([[sub.mac, { by: 'person', where: '/etc/netplan/01-bond.yaml' }]]),
    });
    expect(network.setAside).toMatchObject([{ mac: sub.mac, name: 'bond0.2847', reason: 'unmanaged' }]);
  });
});

describe('bonds that the metadata describes', () => {
  // A bare-metal server: bond0 of eth0 and eth1 is the primary, a NIC is a VLAN on it, another a NIC by itself.
  const vlan = { parentMac: macOf(0), id: 2847 };
  const nics = [
    { ...nic(0, 0), bond: { members: [macOf(0), macOf(9)] } },
    { ...nic(1, 1), vlan },
    nic(2, 2),
    { ...nic(3, 3), bond: { members: [macOf(3), macOf(8)] } },
  ];
  const built = imagineKernel(instanceOf(nics));
  const links = (names: readonly string[]) => built.links.filter((link) => names.includes(link.name));
  const asides = ({ network }: Wanted) => network.setAside.map((one) => [one.name, one.reason]);

  it('are left as they are, and the NICs on and beside them are configured', () => {
    const result = wanted(nics);

    expect(result.network.primary.name).toBe('bond0');
    expect(result.network.secondaries.map((one) => [one.name, one.vlan?.parent])).toEqual([
      ['bond0.2847', 'bond0'],
      ['eth0', undefined],
    ]);
    expect(asides(result)).toEqual([['bond1', 'not-included']]);
  });

  it('are waited for: neither their members nor a VLAN on a member is touched before', () => {
    const member = (name: string, number: number) => ({
      ...built.links[0]!,
      name,
      mac: macOf(number),
      kind: null,
      hasDevice: true,
    });
    const unbuilt = [member('eth4', 0), member('eth5', 9), member('eth6', 3), member('eth7', 8)];
    const result = wanted(nics, { kernel: { ...built, links: [...unbuilt, ...links(['eth0'])] } });

    expect(result.network.secondaries.map((one) => one.name)).toEqual(['eth0']);
    expect(asides(result)).toEqual([
      [null, 'no-parent'],
      ['eth6', 'bonded'],
    ]);
  });
});

describe('addresses that only the configuration knows', () => {
  const given = (mac: Mac, ...addresses: readonly string[]): Config => ({
    ...config,
    interfaces: {
      ...config.interfaces,
      addresses: new Map([[mac, addresses.map((address) => ({ address: address as Address, length: 24 }))]]),
    },
  });
  const nics = [nic(0, 0), nic(1, 1, {}, true)];

  it('are further addresses with rules of their own, in both families, and none twice', () => {
    const { network, notes } = wanted(nics, {
      config: given(macOf(1), '10.0.1.50', '10.0.1.11', '2001:db8:1::50'),
    });
    const [own] = network.secondaries;
    expect(own?.ipv4).toMatchObject({ address: '10.0.1.11', further: ['10.0.1.50'] });
    expect(own?.ipv6?.further).toEqual(['2001:db8:1::50']);
    expect(own?.rules).toContainEqual(
      expect.objectContaining({ from: '10.0.1.50/32', priority: 21001, table: 21001 }),
    );
    expect(notes).toEqual([]);
  });

  it('are told where nobody gets them', () => {
    expect(wanted(nics, { config: given(macOf(7), '10.0.1.50') }).notes).toEqual([
      `interfaces.addresses: the metadata lists no NIC with MAC ${macOf(7)}`,
    ]);
    expect(wanted(nics, { config: given(macOf(0), '10.0.0.50') }).notes).toEqual([
      `interfaces.addresses: ${macOf(0)} is the primary, which needs interfaces.manage_primary`,
    ]);
  });
});

describe('slots', () => {
  it('are for life: a NIC keeps its table when others come and go', () => {
    const first = wanted([nic(0, 0), nic(1, 1), nic(2, 2)]);
    const second = wanted([nic(0, 0), nic(2, 2)], { state: { ...emptyState, slots: first.slots } });
    expect(first.network.secondaries.map((entry) => entry.table)).toEqual([21001, 21002]);
    expect(second.network.secondaries.map((entry) => entry.table)).toEqual([21002]);
  });

  it('come back from the kernel’s rules when the state is lost', () => {
    const nics = [nic(0, 0), nic(1, 1)];
    const rule: KernelRule = {
      family: 'ipv4',
      priority: 21007,
      from: '10.0.1.11/32' as Prefix,
      to: null,
      table: 21007,
      suppressPrefixLength: null,
      special: false,
      spec: '',
    };
    const kernel = { ...imagineKernel(instanceOf(nics)), rules: [rule] };
    expect(wanted(nics, { kernel }).network.secondaries[0]?.table).toBe(21007);
  });

  it('leave a table alone that something else uses', () => {
    const nics = [nic(0, 0), nic(1, 1), nic(2, 2)];
    const foreign: KernelRule = {
      family: 'ipv4',
      priority: 21001,
      from: '192.0.2.1/32' as Prefix,
      to: null,
      table: 500,
      suppressPrefixLength: null,
      special: false,
      spec: 'from 192.0.2.1',
    };
    const kernel = { ...imagineKernel(instanceOf(nics)), rules: [foreign] };
    const fresh = wanted(nics, { kernel }).network;
    expect(fresh.secondaries.map((entry) => entry.table)).toEqual([21002, 21003]);

    const held = wanted(nics, { kernel, state: { ...emptyState, slots: new Map([[macOf(1), 1]]) } }).network;
    expect(held.setAside).toMatchObject([
      { mac: macOf(1), reason: 'table-conflict', detail: 'rule from 192.0.2.1' },
    ]);
    expect(held.secondaries.map((entry) => entry.mac)).toEqual([macOf(2)]);
  });
});

describe('what is configured', () => {
  it('gives every further address and prefix a rule, and static addressing a way to its gateway', () => {
    const listed = {
      addresses: ['10.0.1.11', '10.0.1.12'] as Address[],
      prefixes: ['10.0.1.64/28'] as Prefix[],
    };
    const { network } = wanted([nic(0, 0), nic(1, 1, listed)], {
      config: { ...config, addressing: 'static' },
    });
    const [secondary] = network.secondaries;
    expect(secondary?.rules.map((rule) => [rule.priority, rule.from, rule.to, rule.table])).toEqual([
      [21001, '10.0.1.11/32', null, 21001],
      [21001, '10.0.1.12/32', null, 21001],
      [21001, '10.0.1.64/28', null, 21001],
      [21997, '0.0.0.0/32', '10.0.1.0/24', 254],
      [21998, '0.0.0.0/32', '10.0.1.0/24', 21001],
    ]);
    expect(
      secondary?.routes.map((route) => [route.destination, route.via, route.table, route.onlink]),
    ).toEqual([
      ['10.0.1.0/24', null, 21001, false],
      ['0.0.0.0/0', '10.0.1.253', 21001, true],
    ]);
  });

  it('reaches what lies behind another gateway by its own table, and by main never', () => {
    const routes = [
      { destination: '172.30.0.0/16' as Prefix, via: '10.0.1.254' as Address },
      { destination: '172.31.0.0/16' as Prefix, via: '10.0.9.1' as Address },
    ];
    const nics = [nic(0, 0), nic(1, 1, { routes })];
    const routed = (changes: Partial<Config>) => {
      const [secondary] = wanted(nics, { config: { ...config, ...changes } }).network.secondaries;
      return (secondary?.routes ?? []).map((route) =>
        [route.table, route.destination, route.via, ...(route.onlink ? ['onlink'] : [])].join(' '),
      );
    };

    expect(routed({})).toEqual([
      '21001 10.0.1.0/24 ',
      '21001 172.30.0.0/16 10.0.1.254',
      '21001 172.31.0.0/16 10.0.9.1 onlink',
      '21001 0.0.0.0/0 10.0.1.253',
    ]);
    expect(routed({ defaultRoute: 'metric' }).filter((route) => route.startsWith('254 '))).toEqual([
      '254 0.0.0.0/0 10.0.1.253',
    ]);
    expect(routed({ policyRouting: false, addressing: 'static' })).toEqual(['254 10.0.1.0/24 ']);
  });

  it('knows an address that only a lease told, also where networkd keeps it for ever', () => {
    const nics = [nic(0, 0), nic(1, 1, { addresses: null, prefixLength: null, subnet: null })];
    const kernel = imagineKernel(instanceOf(nics));
    const held = (flags: readonly string[]) => ({
      link: 'eth1',
      family: 'ipv4' as const,
      address: '10.0.1.77' as Address,
      prefixLength: 24,
      scope: 'global',
      flags,
    });
    const route = {
      family: 'ipv4' as const,
      type: 'unicast',
      destination: '10.0.1.0/24' as Prefix,
      table: 21001,
      via: null,
      device: 'eth1',
      source: '10.0.1.77' as Address,
      metric: 1024,
      protocol: 'dhcp',
      scope: 'link',
      onlink: false,
      dead: false,
      spec: '',
    };
    const addressWith = (flags: readonly string[], routes: readonly (typeof route)[]) =>
      wanted(nics, { kernel: { ...kernel, addresses: [...kernel.addresses, held(flags)], routes } }).network
        .secondaries[0]?.ipv4?.address;

    expect(addressWith(['dynamic'], [])).toBe('10.0.1.77');
    expect(addressWith(['noprefixroute'], [route])).toBe('10.0.1.77');
    expect(addressWith([], [])).toBeNull();
    expect(addressWith([], [{ ...route, device: 'eth0' }])).toBeNull();
  });

  it('falls back to DHCP where static has no subnet, and says so', () => {
    const bare = { prefixLength: null, subnet: null };
    const { network, notes } = wanted([nic(0, 0), nic(1, 1, bare)], {
      config: { ...config, addressing: 'static' },
    });
    expect(network.secondaries[0]?.ipv4?.method).toBe('dhcp');
    expect(notes).toHaveLength(1);
  });

  it('sets ARP apart on every NIC of a shared subnet, the primary included, and nowhere else', () => {
    const { network } = wanted([nic(0, 0), nic(1, 0), nic(2, 2)]);
    const arp = network.sysctls.filter((sysctl) => sysctl.key.includes('/arp_')).map((sysctl) => sysctl.key);
    expect(arp).toEqual([
      'net/ipv4/conf/eth0/arp_ignore',
      'net/ipv4/conf/eth0/arp_announce',
      'net/ipv4/conf/eth1/arp_ignore',
      'net/ipv4/conf/eth1/arp_announce',
    ]);
  });

  it('sees subnets that lie within one another as shared', () => {
    const wide = { subnet: parsed('10.0.0.0/16'), prefixLength: 16 };
    const { network } = wanted([
      nic(0, 0),
      nic(1, 1, wide),
      nic(2, 77),
      nic(3, 3, { subnet: parsed('10.9.3.0/24') }),
    ]);
    const arp = network.sysctls
      .filter((sysctl) => sysctl.key.endsWith('/arp_ignore'))
      .map(({ key }) => key.split('/')[3]);
    expect(arp).toEqual(['eth0', 'eth1', 'eth2']);
  });

  it('names the reason for each NIC it leaves alone', () => {
    const nics = [nic(0, 0), nic(1, 1), nic(2, 2), nic(3, 3)];
    const kernel = imagineKernel(instanceOf(nics.slice(0, 3)));
    const claims = new Map([[macOf(2), { by: 'person', where: '/etc/netplan/mine.yaml' } as const]]);
    const exclude = ['eni-1'];
    const result = wanted(nics, {
      kernel,
      claims,
      config: { ...config, interfaces: { ...config.interfaces, exclude } },
    });
    expect(result.network.setAside.map((entry) => [entry.mac, entry.reason])).toEqual([
      [macOf(1), 'excluded'],
      [macOf(2), 'unmanaged'],
      [macOf(3), 'not-in-kernel'],
    ]);
  });

  it.each([
    ['eth[12]', [1, 2]],
    ['eth[2-3]', [2, 3]],
    ['eth[!1]', [2, 3]],
    ['eth?', [1, 2, 3]],
  ])('excludes by the wildcards of the shell: %s', (pattern, excluded) => {
    const nics = [nic(0, 0), nic(1, 1), nic(2, 2), nic(3, 3)];
    const interfaces = { ...config.interfaces, exclude: [pattern] };
    const result = wanted(nics, { config: { ...config, interfaces } });
    const aside = result.network.setAside.filter(({ reason }) => reason === 'excluded');
    expect(aside.map(({ mac }) => mac)).toEqual(excluded.map(macOf));
  });

  it('leaves a NIC alone that is the only way out while the primary has no address', () => {
    const nics = [nic(0, 0), nic(1, 1), nic(2, 2)];
    const way: KernelRoute = {
      family: 'ipv4',
      type: 'unicast',
      destination: defaultDestination.ipv4,
      table: mainTable,
      via: '10.0.1.253' as Address,
      device: 'eth1',
      source: null,
      metric: 0,
      protocol: 'dhcp',
      scope: null,
      onlink: false,
      dead: false,
      spec: 'default via 10.0.1.253 dev eth1',
    };
    const address: KernelAddress = {
      link: 'eth0',
      family: 'ipv4',
      address: '10.0.0.10' as Address,
      prefixLength: 24,
      scope: 'global',
      flags: [],
    };
    const aside = (routes: readonly KernelRoute[], addresses: readonly KernelAddress[]) => {
      const kernel = { ...imagineKernel(instanceOf(nics)), routes, addresses };
      return wanted(nics, { kernel }).network.setAside.map((entry) => [entry.name, entry.reason]);
    };
    expect(aside([way], [])).toEqual([['eth1', 'only-way-out']]);
    expect(aside([way], [{ ...address, link: 'eth1' }])).toEqual([['eth1', 'only-way-out']]);
    expect(aside([way], [address])).toEqual([]);
    expect(aside([], [])).toEqual([]);
    // Its own default, as `default_route: metric` has it.
    expect(aside([{ ...way, metric: 21001 }], [])).toEqual([]);
  });

  it('is an error, not an empty network, when the primary is not there', () => {
    const instance = instanceOf([nic(0, 0), nic(1, 1)]);
    const kernel = imagineKernel(instanceOf([nic(1, 1)]));
    const input = {
      instance,
      kernel,
      config,
      state: emptyState,
      claims: new Map(),
      leases: new Map(),
      removed: new Set<Mac>(),
      primaryAgreed: true,
      stack,
    };
    expect(desire({ ...input, connected: () => 'table', ruleForms })).toMatchObject({
      ok: false,
      problem: { code: 'no-primary' },
    });
  });
});

describe('what is taken away', () => {
  const nics = [nic(0, 0), nic(1, 1)];
  const state = { ...emptyState, slots: new Map([[macOf(1), 1]]), names: new Map([[macOf(1), 'eth1']]) };
  const withoutLink = imagineKernel(instanceOf(nics.slice(0, 1)));

  it('keeps everything of a link that is not there yet while metadata lists it', () => {
    expect(wanted(nics, { state, kernel: withoutLink }).gone).toEqual([]);
  });

  it('lets a NIC go whose removal was seen, and one that metadata no longer lists', () => {
    const expected = [{ name: 'eth1', mac: macOf(1), table: 21001, present: false }];
    expect(wanted(nics, { state, kernel: withoutLink, removed: new Set([macOf(1)]) }).gone).toEqual(expected);
    expect(wanted(nics.slice(0, 1), { state, kernel: withoutLink }).gone).toEqual(expected);
    expect(wanted(nics.slice(0, 1), { state, kernel: imagineKernel(instanceOf(nics)) }).gone).toMatchObject([
      { present: true },
    ]);
  });

  it('finds what is left of one that went before', () => {
    const rule: KernelRule = {
      family: 'ipv4',
      priority: 21001,
      from: '10.0.1.11/32' as Prefix,
      to: null,
      table: 21001,
      suppressPrefixLength: null,
      special: false,
      spec: 'from 10.0.1.11 lookup 21001',
    };
    const kernel = { ...withoutLink, rules: [rule] };
    const sources = new Map([[macOf(1), ['10.0.1.11/32' as Prefix]]]);
    const forgotten = { ...state, names: new Map(), sources };
    const persons = { ...forgotten, sources: new Map() };
    expect(wanted(nics.slice(0, 1), { state: persons, kernel }).gone).toEqual([]);
    expect(wanted(nics.slice(0, 1), { state: forgotten, kernel }).gone).toMatchObject([
      { mac: macOf(1), table: 21001, present: false },
    ]);
    expect(wanted(nics, { state: forgotten, kernel }).gone).toEqual([]);
    expect(wanted(nics.slice(0, 1), { state: forgotten, kernel: withoutLink }).gone).toEqual([]);
  });
});

describe('the thousandth MAC of a server', () => {
  const former = new Map(
    Array.from({ length: 999 }, (_, index) => {
      const tail = (index + 1).toString(16).padStart(4, '0');
      return [`00:16:3f:00:${tail.slice(0, 2)}:${tail.slice(2)}` as Mac, index + 1] as const;
    }),
  );

  it('gets the slot of the one that is detached the longest, which is forgotten', () => {
    const macs = [...former.keys()];
    const detached = new Map(
      macs.map((mac, index) => [mac, index === 41 ? '2026-01-01T00:00:00Z' : '2026-02-01T00:00:00Z']),
    );
    const { network, slots } = wanted([nic(0, 0), nic(1, 1)], {
      state: { ...emptyState, slots: former, detached },
    });
    expect(network.secondaries.map(({ slot, table }) => [slot, table])).toEqual([[42, 21042]]);
    expect(slots.size).toBe(999);
    expect(slots.has(macs[41] as Mac)).toBe(false);
  });

  it('gets none while every other may be back', () => {
    const { network } = wanted([nic(0, 0), nic(1, 1)], { state: { ...emptyState, slots: former } });
    expect(network.setAside).toMatchObject([{ name: 'eth1', reason: 'no-slot' }]);
  });
});
