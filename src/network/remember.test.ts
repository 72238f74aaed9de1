import { describe, expect, it } from 'vitest';
import { defaultConfig } from '../config/defaults.ts';
import type { Address } from '../model/address.ts';
import type { InstanceFamily, InstanceInterface, InstanceNetwork } from '../model/instance.ts';
import type { KernelAddress, KernelState } from '../model/kernel.ts';
import type { Mac } from '../model/mac.ts';
import { emptyState, type State } from '../model/state.ts';
import { stackOf } from '../render/testing.ts';
import { type DesireInput, desire, type Wanted } from './desire.ts';
import { imagineKernel } from './imagine.ts';

const primaryMac = '00:16:3e:00:00:00' as Mac;
const mac = '00:16:3e:00:00:01' as Mac;
const silent: InstanceFamily = {
  ...{ dhcp: true, addresses: null, prefixLength: null, subnet: null, gateway: null, prefixes: null },
};
const none: InstanceFamily = { ...silent, dhcp: false };
const nic = (changes: Partial<InstanceInterface>): InstanceInterface => ({
  ...{ mac, name: null, id: null, primary: false, mtu: null, ipv4: silent, ipv6: none, vlan: null },
  ...changes,
});
const instance: InstanceNetwork = {
  ...{ schema: 1, cloud: 'huawei', instanceId: null, primaryMac, dns: [] },
  interfaces: [nic({ mac: primaryMac, primary: true }), nic({})],
};
const address = (link: string, text: string): KernelAddress => ({
  ...{
    link,
    family: 'ipv4',
    address: text as Address,
    prefixLength: 24,
    scope: 'global',
    flags: ['dynamic'],
  },
});
const bare = imagineKernel(instance);
const leased: KernelState = {
  ...bare,
  addresses: [address('eth0', '10.0.0.10'), address('eth1', '10.0.1.20')],
};
const leases = new Map([
  [
    mac,
    [{ address: '10.0.1.20' as Address, gateway: '10.0.1.253' as Address, prefixLength: null, mac: null }],
  ],
]);

function wanted(changes: Partial<DesireInput> = {}): Wanted {
  const stack = stackOf('interfaces', {}, { dhcpClient: 'dhclient' });
  const result = desire({
    ...{ instance, kernel: leased, config: defaultConfig, state: emptyState, claims: new Map(), stack },
    ...{ removed: new Set<Mac>(), leases, primaryAgreed: true, connected: () => 'main' as const },
    ruleForms: { unspecifiedSource: true, suppressPrefixLength: true },
    ...changes,
  });
  if (!result.ok) throw new Error(result.problem.message);
  return result.value;
}

/** The state after a run that decided so. */
const stateAfter = ({ slots, learned }: Wanted): State => ({
  ...emptyState,
  slots,
  learned,
  names: new Map([[mac, 'eth1']]),
});

describe('a NIC of which the metadata says nothing but DHCP', () => {
  it('has neither routes nor rules before its lease, and all of them after it', () => {
    const before = wanted({ kernel: bare, leases: new Map() });
    const [pending] = before.network.secondaries;
    const [known] = wanted().network.secondaries;

    expect(pending).toMatchObject({ routes: [], rules: [], ipv4: { byLease: true, address: null } });
    expect(before.learned).toEqual(new Map());
    expect(known?.ipv4).toMatchObject({
      byLease: true,
      method: 'dhcp',
      subnet: '10.0.1.0/24',
      gateway: '10.0.1.253',
    });
    expect(known?.routes.filter((route) => route.table === 21001)).toHaveLength(2);
    expect(known?.rules.filter((rule) => rule.to === null).map((rule) => rule.from)).toEqual([
      '10.0.1.20/32',
    ]);
    expect(known?.rules.filter((rule) => rule.table === 21000)).toHaveLength(1);
  });

  it('stays as it was while there is no lease, the primary without one included', () => {
    const state = stateAfter(wanted());

    const now = wanted({ state, kernel: bare, leases: new Map() });

    expect(now.network.secondaries).toEqual(wanted().network.secondaries);
    expect(now.learned).toEqual(state.learned);
  });

  it('follows a lease with another address, and forgets the gateway of the former one', () => {
    const kernel = { ...leased, addresses: [address('eth0', '10.0.0.10'), address('eth1', '10.0.2.5')] };

    const now = wanted({ state: stateAfter(wanted()), kernel });

    expect(now.network.secondaries[0]?.ipv4).toMatchObject({ address: '10.0.2.5', gateway: null });
    expect(now.learned.get(mac)?.ipv4).toEqual({ address: '10.0.2.5', prefixLength: 24, gateway: null });
  });

  it('has an IPv6 lease without a subnet, and the router that was heard', () => {
    const six = [nic({ mac: primaryMac, primary: true }), nic({ ipv6: silent })];
    const own = '2001:db8:1::20' as Address;
    const kernel = {
      ...leased,
      addresses: [
        ...leased.addresses,
        { ...address('eth1', own), family: 'ipv6' as const, prefixLength: 128 },
      ],
    };
    const heard = new Map([
      [
        mac,
        [
          ...(leases.get(mac) ?? []),
          { address: own, gateway: 'fe80::1' as Address, prefixLength: null, mac },
        ],
      ],
    ]);

    const now = wanted({ instance: { ...instance, interfaces: six }, kernel, leases: heard });

    const [secondary] = now.network.secondaries;
    expect(secondary?.ipv6).toMatchObject({ address: own, subnet: null, gateway: 'fe80::1' });
    expect(secondary?.routes.filter(({ family }) => family === 'ipv6')).toMatchObject([
      { destination: '::/0', via: 'fe80::1', table: 21001, onlink: false },
    ]);
    expect(now.learned.get(mac)?.ipv6).toEqual({ address: own, prefixLength: null, gateway: 'fe80::1' });
    const state = stateAfter(now);
    const later = wanted({ instance: { ...instance, interfaces: six }, kernel: leased, leases, state });
    expect(later.network.secondaries).toEqual(now.network.secondaries);
  });

  it('is forgotten when it leaves, and not while its link is merely away', () => {
    const state = stateAfter(wanted());
    const kernel = { ...leased, links: leased.links.filter((link) => link.mac !== mac) };

    expect(wanted({ state, kernel }).learned.has(mac)).toBe(true);
    expect(wanted({ state, kernel, removed: new Set([mac]) }).learned.has(mac)).toBe(false);
  });

  it('is not remembered once the metadata names its address and gateway', () => {
    const named = { ...silent, addresses: ['10.0.1.20' as Address], gateway: '10.0.1.253' as Address };
    const interfaces = [nic({ mac: primaryMac, primary: true }), nic({ ipv4: named })];

    const now = wanted({ state: stateAfter(wanted()), instance: { ...instance, interfaces } });

    expect(now.learned.has(mac)).toBe(false);
    expect(now.network.secondaries[0]?.ipv4?.byLease).toBe(false);
  });

  it('takes from its lease only what the metadata leaves open', () => {
    const named = { ...silent, addresses: ['10.0.1.20' as Address], prefixLength: 24 };
    const interfaces = [nic({ mac: primaryMac, primary: true }), nic({ ipv4: named })];

    const now = wanted({ instance: { ...instance, interfaces } });

    expect(now.network.secondaries[0]?.ipv4).toMatchObject({ byLease: false, gateway: '10.0.1.253' });
    expect(now.learned.get(mac)?.ipv4?.gateway).toBe('10.0.1.253');
  });
});
