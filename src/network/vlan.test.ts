import { describe, expect, it } from 'vitest';
import type { InstanceInterface } from '../model/instance.ts';
import type { Link } from '../model/kernel.ts';
import type { Mac } from '../model/mac.ts';
import { placeVlan } from './vlan.ts';

const parentMac = 'fa:16:3e:00:00:01' as Mac;
const own = 'fa:16:3e:00:01:00' as Mac;
const other = 'fa:16:3e:00:02:00' as Mac;
const nothing = { dhcp: false, addresses: [], prefixLength: null, subnet: null, gateway: null, prefixes: [] };
const nic: InstanceInterface & { vlan: { parentMac: Mac; id: number } } = {
  mac: own,
  name: null,
  id: null,
  primary: false,
  mtu: null,
  ipv4: nothing,
  ipv6: nothing,
  vlan: { parentMac, id: 100 },
};

function link(name: string, mac: Mac, more: Partial<Link> = {}): Link {
  return {
    index: 2,
    name,
    mac,
    mtu: 1500,
    up: true,
    carrier: true,
    type: 'ether',
    kind: null,
    master: null,
    parent: null,
    vlanId: null,
    hasDevice: true,
    ...more,
  };
}

const vlan = (name: string, mac: Mac, vlanId: number, parent = 'eth1') =>
  link(name, mac, { kind: 'vlan', vlanId, parent, hasDevice: false });
const eth1 = link('eth1', parentMac);
const ours = new Map([[own, 'eth1.100']]);

describe('where a VLAN stands', () => {
  it('gets a name on its parent while it is not there', () => {
    expect(placeVlan(nic, [eth1], new Map())).toEqual({ name: 'eth1.100', parent: eth1, link: null });
  });

  it('gets a name that the kernel takes where the parent has a long one', () => {
    const long = link('enp130s0f1np1', parentMac);
    expect(placeVlan(nic, [long], new Map())).toMatchObject({ name: 'vlan100' });
  });

  it('is the link with its MAC, whatever that is called', () => {
    const there = vlan('vlan2847', own, 100);
    expect(placeVlan(nic, [eth1, there], new Map())).toEqual({ name: 'vlan2847', parent: eth1, link: there });
  });

  it('stands on the bond, not on a member that has the MAC of the bond', () => {
    const bond = link('bond0', parentMac, { kind: 'bond', hasDevice: false });
    const members = ['eth0', 'eth1'].map((name) => link(name, parentMac, { master: 'bond0' }));
    expect(placeVlan(nic, [...members, bond], new Map())).toMatchObject({ name: 'bond0.100', parent: bond });
  });

  it('stands on the NIC, not on another VLAN that has its MAC', () => {
    const place = placeVlan(nic, [vlan('eth1.7', parentMac, 7), eth1], new Map());
    expect(place).toMatchObject({ name: 'eth1.100', parent: eth1 });
  });
});

describe('what stands in the way of a VLAN', () => {
  it.each([
    ['no parent', [link('eth0', other)], 'no-parent', null],
    ['a NIC with its MAC', [eth1, link('eth7', own)], 'shared-mac', null],
    ['a link of its name', [eth1, link('eth1.100', other)], 'vlan-taken', 'eth1.100'],
    ['its id under another name', [eth1, vlan('storage', other, 100)], 'vlan-taken', 'eth1.100'],
    ['its MAC on another id', [eth1, vlan('storage', own, 7)], 'vlan-taken', 'eth1.100'],
  ] as const)('%s', (_what, links, reason, name) => {
    expect(placeVlan(nic, links, new Map())).toMatchObject({ reason, name });
  });

  it('is not what enid made and somebody altered', () => {
    const altered = [
      vlan('eth1.100', other, 100),
      vlan('eth1.100', own, 7),
      vlan('eth1.100', own, 100, 'eth0'),
    ];
    for (const one of altered) {
      expect(placeVlan(nic, [eth1, one], ours)).toEqual({ name: 'eth1.100', parent: eth1, link: null });
    }
  });

  it('is not the former link of a VLAN whose id is another now', () => {
    const former = placeVlan(
      { ...nic, vlan: { parentMac, id: 200 } },
      [eth1, vlan('eth1.100', own, 100)],
      ours,
    );
    expect(former).toEqual({ name: 'eth1.200', parent: eth1, link: null });
  });

  it('is a link of that name which is no VLAN, whoever made one before', () => {
    expect(placeVlan(nic, [eth1, link('eth1.100', other)], ours)).toMatchObject({ reason: 'vlan-taken' });
  });
});
