import { expect, test } from 'vitest';
import { parseEvent } from '../kernel/monitor.ts';
import type { Link } from '../model/kernel.ts';
import type { Mac } from '../model/mac.ts';
import { kernelReader } from './kernel.ts';

const eth0: Link = {
  index: 2,
  name: 'eth0',
  mac: '00:16:3e:00:00:01' as Mac,
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
const reading = (isOurs: (link: string) => boolean = () => false) => {
  const { hear, look } = kernelReader([eth0], isOurs);
  const read = (line: string) => {
    const event = parseEvent(line);
    if (event === null) throw new Error(line);
    return hear(event);
  };
  return { read, look };
};
const reader = (isOurs?: (link: string) => boolean) => reading(isOurs).read;
const link = (name: string, flags: string, mac = '00:16:3e:00:00:02') =>
  `5: ${name}: <${flags}> mtu 1500 qdisc noop state DOWN group default \\    link/ether ${mac} brd ff:ff:ff:ff:ff:ff`;

test('a link appears, goes up, and what is said again is nothing', () => {
  const read = reader();

  expect(read(link('eth1', 'BROADCAST,MULTICAST')).trigger).toEqual({
    kind: 'link',
    detail: 'eth1 appeared',
  });
  expect(read(link('eth1', 'BROADCAST,MULTICAST')).trigger).toBeNull();
  expect(read(link('eth1', 'BROADCAST,UP')).trigger).toEqual({ kind: 'drift', detail: 'eth1 is up' });
  expect(read(link('eth1', 'BROADCAST,UP,LOWER_UP')).trigger?.detail).toBe('eth1 has carrier');
  expect(read(link('eth0', 'BROADCAST,UP,LOWER_UP', '00:16:3e:00:00:01')).trigger).toBeNull();
});

test('a link that goes down or loses its carrier is told by name, one that comes up is not', () => {
  const read = reader();

  const up = '2: eth0: <BROADCAST,UP,LOWER_UP> mtu 1500 \\    link/ether 00:16:3e:00:00:01 brd ff';
  expect(read(up.replace('UP,LOWER_UP', 'UP')).lost).toBe('eth0');
  expect(read(up.replace(',UP,LOWER_UP', '')).lost).toBe('eth0');
  expect(read(up).lost).toBeUndefined();
  expect(read(link('eth1', 'BROADCAST')).lost).toBeUndefined();
});

test('a removal gives the MAC', () => {
  const read = reader();

  expect(read(`Deleted ${link('eth0', 'BROADCAST', '00:16:3e:00:00:01')}`)).toEqual({
    trigger: { kind: 'link', detail: 'eth0 vanished' },
    removed: '00:16:3e:00:00:01',
    lost: 'eth0',
  });
  expect(read('Deleted 2: eth0: <NOARP> mtu 1500 \\    link/none ').removed).toBeNull();
});

test('links that the metadata never lists are drift, unless they are included', () => {
  expect(reader()(link('veth1@if7', 'UP')).trigger?.kind).toBe('drift');
  expect(reader()('8: tun0: <POINTOPOINT,UP> mtu 1500 \\    link/none ').trigger?.kind).toBe('drift');
  expect(reader((name) => name === 'veth1')(link('veth1@if7', 'UP')).trigger?.kind).toBe('link');
});

test('a renewed lifetime is nothing; an address that comes back is drift', () => {
  const read = reader();
  const address = (left: number) =>
    `2: eth0    inet6 2001:db8::5/64 scope global dynamic mngtmpaddr \\       valid_lft ${left}sec preferred_lft 60sec`;

  expect(read(address(3600)).trigger).toEqual({ kind: 'drift', detail: 'an address came on eth0' });
  expect(read(address(3500)).trigger).toBeNull();
  expect(read(`Deleted ${address(3400)}`).trigger?.detail).toBe('an address went on eth0');
  expect(read(address(3600)).trigger).not.toBeNull();
});

test.each([
  ['local 10.0.1.20 dev eth1 table local proto kernel scope host src 10.0.1.20 ', false],
  ['broadcast 10.0.1.255 dev eth1 table local proto kernel scope link src 10.0.1.20 ', false],
  ['Deleted fe80::/64 dev eth1 proto kernel metric 256 pref medium', false],
  ['ff00::/8 dev eth1 table local metric 256 pref medium', false],
  ['3: eth1    inet6 fe80::1/64 scope link \\       valid_lft forever preferred_lft forever', false],
  ['1: lo    inet 127.0.0.1/8 scope host lo\\       valid_lft forever preferred_lft forever', false],
  ['default via 10.0.1.253 dev eth1 table 21001 ', true],
  ['Deleted 10.0.1.0/24 dev eth1 proto kernel scope link src 10.0.1.20', true],
  ['Deleted 21001:\tfrom 10.0.1.20 lookup 21001 ', true],
  ['something of a later `ip`', true],
])('%s concerns us: %s', (line, expected) => {
  expect(reader()(line).trigger !== null).toBe(expected);
});

test('a look tells what changed unheard, once', () => {
  const { read, look } = reading();
  const eth1: Link = { ...eth0, index: 3, name: 'eth1', mac: '00:16:3e:00:00:02' as Mac };
  const veth: Link = { ...eth0, index: 4, name: 'veth1', kind: 'veth', mac: '00:16:3e:00:00:03' as Mac };
  read(link('eth2', 'BROADCAST', '00:16:3e:00:00:04'));

  expect(look([{ ...eth0, carrier: false }, eth1, veth])).toEqual([
    { trigger: { kind: 'link', detail: 'eth2 vanished' }, removed: '00:16:3e:00:00:04', lost: 'eth2' },
    { trigger: { kind: 'drift', detail: 'eth0 lost carrier' }, removed: null, lost: 'eth0' },
    { trigger: { kind: 'link', detail: 'eth1 appeared' }, removed: null },
    { trigger: { kind: 'drift', detail: 'veth1 appeared' }, removed: null },
  ]);
  expect(look([{ ...eth0, carrier: false }, eth1, veth])).toEqual([]);
  expect(read(link('eth1', 'BROADCAST,UP,LOWER_UP')).trigger).toBeNull();
});

test('a link that was renamed unheard is not removed', () => {
  const { look } = reading();

  expect(look([{ ...eth0, name: 'ens3' }]).map(({ removed }) => removed)).toEqual([null, null]);
});

test('an address that went unheard is new when it comes again', () => {
  const { read, look } = reading();
  const line =
    '2: eth0    inet 10.0.0.5/24 scope global eth0\\       valid_lft forever preferred_lft forever';

  expect(read(line).trigger).not.toBeNull();
  expect(read(line).trigger).toBeNull();
  look([eth0]);
  expect(read(line).trigger).not.toBeNull();
});
