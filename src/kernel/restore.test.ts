import { describe, expect, it } from 'vitest';
import type { KernelState, Link } from '../model/kernel.ts';
import type { Mac } from '../model/mac.ts';
import { builtInNames } from './names.ts';
import { parseFamily } from './read.ts';
import { restoring } from './restore.ts';

const extent = { links: ['eth1', 'eth1.100'], first: 21000, last: 21999 };
const nic: Link = {
  index: 3,
  name: 'eth1',
  mac: 'fa:16:3e:00:00:01' as Mac,
  mtu: 1500,
  up: true,
  carrier: true,
  type: 'ether',
  kind: null,
  master: null,
  parent: null,
  vlanId: null,
  hasDevice: true,
};
const vlan: Link = {
  ...nic,
  index: 9,
  name: 'eth1.100',
  mac: 'fa:16:3e:00:01:00' as Mac,
  kind: 'vlan',
  parent: 'eth1',
  vlanId: 100,
  hasDevice: false,
};
const kernel = (...links: readonly Link[]): KernelState => ({ links, addresses: [], routes: [], rules: [] });
const linesBack = (before: KernelState, now: KernelState) =>
  restoring(before, now, extent).map(({ line }) => line);

describe('VLANs of a change that is put back', () => {
  it('go when they were made by it', () => {
    expect(linesBack(kernel(nic), kernel(nic, vlan))).toEqual(['link del dev eth1.100']);
  });

  it('come back when they were taken away by it, addresses and all', () => {
    const address = {
      link: 'eth1.100',
      family: 'ipv4',
      address: '10.0.9.7',
      prefixLength: 32,
      scope: 'global',
      flags: [],
    } as unknown as KernelState['addresses'][number];
    const before = { ...kernel(nic, vlan), addresses: [address] };
    expect(linesBack(before, kernel(nic))).toEqual([
      'link add link eth1 name eth1.100 address fa:16:3e:00:01:00 type vlan id 100',
      'link set dev eth1.100 up',
      expect.stringMatching(/^addr\w* \w+ 10\.0\.9\.7\/32 .*dev eth1\.100/),
    ]);
  });

  it('are made what they were when it changed them', () => {
    expect(linesBack(kernel(nic, vlan), kernel(nic, { ...vlan, vlanId: 7 }))).toEqual([
      'link del dev eth1.100',
      'link add link eth1 name eth1.100 address fa:16:3e:00:01:00 type vlan id 100',
      'link set dev eth1.100 up',
    ]);
  });

  it('stay away where the parent left meanwhile, and where they are beyond its extent', () => {
    expect(linesBack(kernel(nic, vlan), kernel())).toEqual([]);
    expect(linesBack(kernel(nic), kernel(nic, { ...vlan, name: 'eth1.7' }))).toEqual([]);
  });
});

describe('what somebody else set', () => {
  const text = (addresses: string, routes: string, rules: string): KernelState => {
    const read = parseFamily([addresses, routes, rules].join('\n'), 'ipv4', builtInNames);
    if (!read.ok) throw new Error(read.problem.message);
    return { links: [nic], ...read.value };
  };
  const own = {
    addresses: ['10.0.1.20', '10.0.1.21'],
    routes: ['ipv4 21001 0.0.0.0/0 10.0.1.253 eth1'],
    rules: ['10.0.1.20', '10.0.1.21'].map((address) => `ipv4 21001 ${address}/32  21001 `),
  };
  const ours = ['3: eth1    inet 10.0.1.20/32 scope global eth1', '21001:\tfrom 10.0.1.20 lookup 21001'];
  const before = text(
    `${ours[0]}\n3: eth1    inet 10.0.1.78/32 scope global eth1`,
    'default via 10.0.1.253 dev eth1 table 21001\n10.98.0.0/16 via 10.0.1.5 dev eth1 table 21001',
    `${ours[1]}\n500:\tfrom 10.0.1.78 lookup 21001\n21001:\tfrom 10.0.1.78 lookup 21001`,
  );
  const now = text(
    '3: eth1    inet 10.0.1.21/32 scope global eth1\n3: eth1    inet 10.0.1.77/32 scope global eth1',
    '10.99.0.0/16 via 10.0.1.5 dev eth1 table 21001',
    '21001:\tfrom 10.0.1.21 lookup 21001\n21001:\tfrom 10.0.1.77 lookup 21001',
  );

  it('on the NIC and in the band neither goes nor comes back', () => {
    expect(restoring(before, now, { ...extent, own }).map(({ line }) => line)).toEqual([
      'rule del priority 21001 from 10.0.1.21 lookup 21001',
      'address del 10.0.1.21/32 dev eth1',
      expect.stringMatching(/^address \w+ 10\.0\.1\.20\/32 .*dev eth1/),
      'route replace default table 21001 via 10.0.1.253 dev eth1',
      'rule add priority 21001 from 10.0.1.20 lookup 21001',
    ]);
  });

  it('is not known of a journal of 0.1.0', () => {
    expect(restoring(before, now, extent)).toHaveLength(11);
  });
});
