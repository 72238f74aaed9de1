import { describe, expect, it } from 'vitest';
import { builtInNames } from '../kernel/names.ts';
import { parseRoutes } from '../kernel/parse-route.ts';
import { parseRules } from '../kernel/parse-rule.ts';
import type { InstanceNetwork } from '../model/instance.ts';
import type { KernelState, Link } from '../model/kernel.ts';
import type { Mac } from '../model/mac.ts';
import { detachedSince, foreignSlots, type Present, reusableSlot } from './slots.ts';

const macOf = (index: number) => `00:16:3e:00:00:0${index}` as Mac;
const slots = new Map([1, 5].map((slot) => [macOf(slot), slot]));

/** eth1 is in slot 1, eth5 in slot 5; eth9 is in none. */
function kernelWith(routes: string): KernelState {
  const parsed = parseRoutes(routes, 'ipv4', builtInNames, 'ip route');
  if (!parsed.ok) throw new Error(parsed.problem.message);
  const links = [1, 5, 9].map(
    (index): Link => ({
      index,
      name: `eth${index}`,
      mac: macOf(index),
      mtu: 1500,
      up: true,
      carrier: true,
      type: 'ether',
      kind: null,
      master: null,
      parent: null,
      vlanId: null,
      hasDevice: true,
    }),
  );
  return { links, addresses: [], routes: parsed.value, rules: [] };
}

describe('foreignSlots', () => {
  it.each([
    ['default via 10.0.1.253 dev eth1 table 21001', []],
    ['default via 10.0.1.253 dev eth1 table 21005', [5]],
    ['default via 10.0.1.253 dev eth9 table 21005', [5]],
    ['172.17.0.0/16 dev docker0 table 21005 proto 210', []],
    ['blackhole default table 21005', []],
    ['default via 10.0.1.253 dev eth9 table 21000', []], // the shared table is nobody's slot
    ['10.99.0.0/16 dev docker0 table 21005', []], // a person's, in a table that a MAC has
    ['10.99.0.0/16 dev docker0 table 21007', [7]],
    ['default dev wg0 table 21005 metric 9\n10.0.5.0/24 dev eth5 table 21005', []],
  ])('%s makes these foreign: %s', (line, expected) => {
    expect([...foreignSlots(kernelWith(line), 21000, slots, new Map()).keys()]).toEqual(expected);
  });

  it('knows a VLAN of its own making by its name, when somebody gave it another MAC', () => {
    const kernel = kernelWith('default via 10.0.1.253 dev eth9 table 21005');
    const names = new Map([[macOf(5), 'eth9']]);
    const altered = kernel.links.map((link) => ({ ...link, kind: link.name === 'eth9' ? 'vlan' : null }));
    expect([...foreignSlots({ ...kernel, links: altered }, 21000, slots, names).keys()]).toEqual([]);
    expect([...foreignSlots(kernel, 21000, slots, names).keys()]).toEqual([5]);
  });

  it.each([
    ['500:\tfrom 10.0.1.77 lookup 21001', []],
    ['21001:\tfrom 10.0.1.77 lookup 21001', []],
    ['21005:\tfrom 10.0.1.77 lookup 21001', []],
    ['500:\tfrom all fwmark 0x5 lookup 21001', []],
    ['21007:\tfrom 10.0.1.77 lookup 21001', [7]], // not to be given to the next MAC
    ['500:\tfrom 10.0.1.77 lookup 21007', [7]],
    ['21001:\tfrom 10.0.1.77 lookup 100', [1]],
    ['21001:\tfrom all blackhole', [1]],
  ])('the rule %s makes these foreign: %s', (line, expected) => {
    const rules = parseRules(line, 'ipv4', builtInNames, 'ip rule');
    if (!rules.ok) throw new Error(rules.problem.message);
    const kernel = { ...kernelWith(''), rules: rules.value };
    expect([...foreignSlots(kernel, 21000, slots, new Map()).keys()]).toEqual(expected);
  });
});

describe('a slot of a MAC that is detached', () => {
  const now = '2026-12-01T12:00:00.000Z';
  const [longer, shorter] = ['2026-01-01T00:00:00.000Z', '2026-06-01T00:00:00.000Z'];
  const instance: InstanceNetwork = {
    schema: 1,
    cloud: 'x',
    instanceId: null,
    primaryMac: macOf(0),
    dns: [],
    interfaces: [],
  };
  const kernel = kernelWith('');
  const present: Present = { links: kernel.links, instance, configured: new Set() };
  const nothing = { detached: new Map(), files: new Map(), names: new Map() };
  const taken = new Map([2, 3, 4].map((slot) => [macOf(slot), slot]));
  const detached = new Map([
    [macOf(2), shorter],
    [macOf(3), longer],
    [macOf(4), longer],
  ]);

  it('is known since when, and not any more once it is back', () => {
    const state = {
      slots: new Map([...slots, ...taken]),
      detached: new Map([
        [macOf(2), longer],
        [macOf(1), longer],
      ]),
    };
    expect(detachedSince(state, present, now)).toEqual(
      new Map([
        [macOf(2), longer],
        [macOf(3), now],
        [macOf(4), now],
      ]),
    );
  });

  it('is given to another, the longest detached and the lowest first', () => {
    expect(reusableSlot(taken, { ...nothing, detached }, kernel, present, 21000)).toEqual({
      mac: macOf(3),
      slot: 3,
    });
  });

  const file = { path: '/etc/x', digest: '', mode: 0o644, mac: macOf(3) };
  const listed = { mac: macOf(3) } as InstanceNetwork['interfaces'][number];
  it.each<[string, object, Partial<Present>, string]>([
    ['a file of ours is left', { files: new Map([['/etc/x', file]]) }, {}, ''],
    ['it is still remembered as configured', { names: new Map([[macOf(3), 'eth3']]) }, {}, ''],
    ['its table holds a route', {}, {}, 'default via 10.0.1.253 dev eth9 table 21003'],
    ['it is listed', {}, { instance: { ...instance, interfaces: [listed] } }, ''],
    ['it waits for its parent', {}, { configured: new Set([macOf(3)]) }, ''],
    [
      'nobody saw it go',
      {
        detached: new Map([
          [macOf(2), shorter],
          [macOf(4), longer],
        ]),
      },
      {},
      '',
    ],
  ])('is not given away where %s', (_why, state, there, routes) => {
    const found = reusableSlot(
      taken,
      { ...nothing, detached, ...state },
      kernelWith(routes),
      { ...present, ...there },
      21000,
    );
    expect(found).toEqual({ mac: macOf(4), slot: 4 });
  });

  it('is not given away where a rule leads to its table, or has its priority', () => {
    const rule = {
      family: 'ipv4',
      from: null,
      to: null,
      special: true,
      suppressPrefixLength: null,
      spec: '',
    } as const;
    const rules = [
      { ...rule, priority: 100, table: 21003 },
      { ...rule, priority: 21004, table: 254 },
    ];
    expect(reusableSlot(taken, { ...nothing, detached }, { ...kernel, rules }, present, 21000)?.slot).toBe(2);
  });

  it('is not given away while its link is there', () => {
    const links = new Map([[macOf(1), 1]]);
    const state = { ...nothing, detached: new Map([[macOf(1), longer]]) };
    expect(reusableSlot(links, state, kernel, present, 21000)).toBeUndefined();
  });
});
