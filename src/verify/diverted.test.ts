import { describe, expect, it } from 'vitest';
import type { Answer } from '../kernel/ask.ts';
import type { DesiredNetwork } from '../model/desired.ts';
import { type Desired, describeDiversions, diversions, isDesired } from './diverted.ts';
import {
  address,
  kernelOf,
  linkLines,
  networkOf,
  prefix,
  secondary,
  settled4,
  settled6,
  static4,
  static6,
} from './testing.ts';
import { type Way, type WayQuestion, wayQuestions } from './ways.ts';

const further =
  '2: eth0    inet 10.0.0.77/24 scope global secondary eth0\n4: docker0    inet 172.17.0.1/16 scope global docker0\n';
const docker0 =
  '9: docker0: <BROADCAST,UP,LOWER_UP> mtu 1500 qdisc mq state UP \\    link/ether 02:42:00:00:00:01 brd ff:ff:ff:ff:ff:ff';
const kernel = kernelOf(`${linkLines(3)}\n${docker0}`, settled4 + further, settled6);
const network: DesiredNetwork = networkOf(secondary(static4, static6));
const desired: Desired = { network, gone: [], policyRouting: true, waiting: new Set() };
const services = { metadata: [address('100.100.100.200')], dns: [address('100.100.2.136')] };

function by(device: string | null): Answer {
  return device === null
    ? { reachable: false, why: 'unreachable' }
    : { reachable: true, device, via: null, source: null };
}

/** Texts of what is harm, where `before` and `after` tell the device for `10.0.1.1 from 10.0.0.10`. */
function harmed(
  before: (question: string) => string | null,
  after: (question: string) => string | null,
  over: Partial<Desired> = {},
  look = kernel,
): readonly string[] {
  const ask = (way: (question: string) => string | null): readonly Way[] =>
    wayQuestions(kernel, network, services).map((question) => ({
      question,
      answer: by(way(textOf(question))),
    }));
  const found = diversions(ask(before), ask(after), look).filter(
    (one) => !isDesired(one, { ...desired, ...over }),
  );
  return describeDiversions(found, 100);
}

function textOf({ destination, from }: WayQuestion): string {
  return from === undefined ? destination : `${destination} from ${from}`;
}

const onlyPrimary = (question: string) =>
  / from 172/.test(question) && /^172/.test(question) ? 'docker0' : 'eth0';
function right(question: string): string {
  if (/ from (10\.0\.1\.|2001:db8:1:)/.test(question)) return 'eth1';
  return /^(10\.0\.1\.|2001:db8:1:)[^ ]*$/.test(question) ? 'eth1' : onlyPrimary(question);
}

describe('what is asked', () => {
  it('is the way from every address, listed or not, of both families, and without one', () => {
    const asked = wayQuestions(kernel, network, services).map(textOf);
    for (const from of ['', ' from 10.0.0.10', ' from 10.0.0.77', ' from 10.0.1.21', ' from 172.17.0.1'])
      for (const to of ['198.51.100.1', '100.100.100.200', '100.100.2.136', '10.0.0.1', '10.0.1.1'])
        expect(asked).toContain(to + from);
    expect(asked).toContain('2001:db8:1::1 from 2001:db8::10');
    expect(asked).toContain('2001:db8:ffff:ffff::1');
    expect(asked).toContain('172.17.0.2 from 172.17.0.1');
    expect(asked.filter((text) => text.includes('fe80') || text.includes('::1234'))).toEqual([]);
    expect(new Set(asked).size).toBe(asked.length);
  });

  it('grows with the addresses alone', () => {
    const lines = (count: number) =>
      Array.from(
        { length: count },
        (_, i) => `2: eth0    inet 10.9.${i >> 8}.${i & 255}/32 scope global eth0\n`,
      );
    const count = (addresses: number) =>
      wayQuestions(kernelOf(linkLines(2), settled4 + lines(addresses).join('')), network, services).length;
    expect(count(1000) - count(500)).toBe(500 * 5);
  });
});

describe('a way that changed its NIC', () => {
  it('is what the change is made for: replies of a secondary and new connections into its subnet', () => {
    expect(harmed(onlyPrimary, right)).toEqual([]);
    expect(harmed(right, right)).toEqual([]);
  });

  it.each([
    ['198.51.100.1 from 10.0.0.77', 'eth1'],
    ['198.51.100.1 from 10.0.0.10', 'eth1'],
    ['10.0.1.1 from 10.0.0.77', 'eth1'],
    ['10.0.1.1 from 172.17.0.1', 'eth1'],
    ['2001:db8:ffff:ffff::1', 'eth1'],
    ['2001:db8:ffff:ffff::1 from 2001:db8::10', null],
    ['100.100.2.136', 'eth1'],
    ['100.100.2.136 from 10.0.0.10', null],
    ['100.100.100.200', 'lo'],
    ['198.51.100.1 from 10.0.1.21', 'eth0'],
    ['10.0.1.1', 'eth2'],
    ['172.17.0.2 from 172.17.0.1', 'eth1'],
  ])('is harm: %s by %s', (question, device) => {
    expect(harmed(right, (one) => (one === question ? device : right(one)))).toHaveLength(1);
  });

  it('is told with both ways', () => {
    const after = (one: string) => (one === '198.51.100.1 from 10.0.0.77' ? 'eth1' : right(one));
    expect(harmed(right, after)).toEqual([
      'a reply of 10.0.0.77 to 198.51.100.1 leaves by eth1; it left by eth0 before',
    ]);
    const all = harmed(right, () => null);
    expect(all[0]).toMatch(/goes nowhere; it left by eth0 before$/);
  });

  it('is mended where a secondary had it', () => {
    const stolen = (one: string) => (one.includes('from') ? right(one) : 'eth1');
    expect(harmed(stolen, right)).toEqual([]);
    // A new connection into the subnet is the secondary's and not given back.
    expect(harmed(right, (one) => (one === '10.0.1.1' ? 'eth0' : right(one)))).toHaveLength(1);
  });

  it('is no harm of this change where the source or the NIC is gone, or the NIC is given up', () => {
    const without = {
      ...kernel,
      addresses: kernel.addresses.filter((entry) => entry.address !== '10.0.0.77'),
    };
    const lost = (one: string) => (one.endsWith('from 10.0.0.77') ? null : right(one));
    expect(harmed(right, lost, {}, without)).toEqual([]);
    expect(harmed(right, lost)).not.toEqual([]);
    expect(harmed(right, onlyPrimary, { gone: ['eth1'], network: { ...network, secondaries: [] } })).toEqual(
      [],
    );
  });

  it('waits for a lease, and follows the configuration without policy routing', () => {
    expect(harmed(right, onlyPrimary, { waiting: new Set(['eth1']) })).toEqual([]);
    expect(harmed(right, onlyPrimary, { policyRouting: false })).toEqual([]);
  });

  it('may be taken along by a rule into the subnet that names no source, but not from a guarded address', () => {
    const into = { family: 'ipv4' as const, to: prefix('10.0.1.0/24'), suppressPrefixLength: null };
    const rules = [
      { ...into, from: null, table: 254, priority: 21997, suppressPrefixLength: 24 },
      { ...into, from: prefix('10.0.0.10/32'), table: 254, priority: 21997 },
      { ...into, from: null, table: 21001, priority: 21998 },
    ];
    const taking = { ...network, secondaries: network.secondaries.map((nic) => ({ ...nic, rules })) };
    const moved = (text: string) => (one: string) => (one === text ? 'eth1' : right(one));
    expect(harmed(right, moved('10.0.1.1 from 10.0.0.77'), { network: taking })).toEqual([]);
    expect(harmed(right, moved('10.0.1.1 from 10.0.0.10'), { network: taking })).toHaveLength(1);
  });

  it('belongs to a secondary where its delegated prefix is used on a link of the machine', () => {
    const [nic] = network.secondaries;
    if (nic === undefined) throw new Error('no NIC');
    const own = { ...static4, prefixes: [prefix('172.17.0.0/28')] };
    const delegated = { ...network, secondaries: [{ ...nic, ipv4: own }] };
    const after = (one: string) => (one === '198.51.100.1 from 172.17.0.1' ? 'eth1' : right(one));
    expect(harmed(right, after)).toHaveLength(1);
    expect(harmed(right, after, { network: delegated })).toEqual([]);
    const onPrimary = {
      ...delegated,
      secondaries: [{ ...nic, ipv4: { ...own, prefixes: [prefix('10.0.0.64/28')] } }],
    };
    const reply = (one: string) => (one === '198.51.100.1 from 10.0.0.77' ? 'eth1' : right(one));
    expect(harmed(right, reply, { network: onPrimary })).toHaveLength(1);
  });
});
