import { describe, expect, it } from 'vitest';
import type { DesiredNetwork } from '../model/desired.ts';
import type { KernelState } from '../model/kernel.ts';
import { type DifferenceContext, differences } from './differences.ts';
import {
  kernelOf,
  linkLines,
  macOf,
  networkOf,
  prefix,
  primary,
  secondary,
  settled4,
  settled6,
  static4,
  static6,
} from './testing.ts';

const context: DifferenceContext = {
  gone: [],
  slots: new Map([[macOf(1), 1]]),
  tableBase: 21000,
  mirrored: [],
};
const nic = secondary(static4, static6);
const network = networkOf(nic);
const homeless: DesiredNetwork = {
  ...network,
  primary: { ...primary, ipv4: { addresses: [], subnet: null, gateway: null }, ipv6: null },
};

const without = (text: string) => text.replace(/^default via (10\.0\.0\.253|fe80::1) dev eth0.*\n/gm, '');
/** The primary's defaults are gone; these lines are there instead. */
function taken(lines4: string, lines6 = ''): KernelState {
  return kernelOf(linkLines(2), `${without(settled4)}${lines4}`, `${without(settled6)}${lines6}`);
}
const settled = kernelOf(linkLines(2), settled4, settled6);

function seen(
  kernel: KernelState,
  wanted = network,
  more: Partial<DifferenceContext> = {},
): readonly string[] {
  return differences(kernel, wanted, { ...context, ...more })
    .filter((entry) => !entry.text.includes('eth1 is missing'))
    .map((entry) => [entry.kind, ...entry.mend.map((command) => command.line)].join(' | '));
}

const stolen4 = 'default via 10.0.1.253 dev eth1\n';
const stolen6 = 'default via fe80::9 dev eth1 proto ra metric 1024\n';
const ours4 = 'route append default via 10.0.0.253 dev eth0';
const ours6 = 'route append default via fe80::1 dev eth0';

describe('a stolen default that is the last', () => {
  it('makes room for the primary’s, which is set first', () => {
    expect(seen(taken(stolen4, stolen6))).toEqual([
      `default-stolen | ${ours4} | route del default via 10.0.1.253 dev eth1`,
      `default-stolen | ${ours6} | route del default via fe80::9 dev eth1 proto ra metric 1024`,
    ]);
  });

  it('counts no default of a secondary, wanted or not, and none that refuses', () => {
    const route = {
      family: 'ipv4' as const,
      table: 254,
      destination: prefix('0.0.0.0/0'),
      via: static4.gateway,
      device: 'eth1',
      source: null,
      onlink: false,
      metric: 21001,
    };
    const metric = networkOf({ ...nic, routes: [...nic.routes, route] });
    const worse = 'default via 10.0.1.253 dev eth1 metric 21001\nunreachable default metric 4278198272\n';
    const mend = `default-stolen | ${ours4} | route del default via 10.0.1.253 dev eth1`;
    expect(seen(taken(`${stolen4}${worse}`), metric)).toEqual([mend]);
    expect(seen(taken(worse), metric, { before: taken(worse) })).toEqual([]);
  });

  it('goes alone where another one stays', () => {
    const tunnel = 'default dev tun0 scope link metric 5\n';
    expect(seen(taken(`${stolen4}${tunnel}`))).toEqual([
      'default-stolen | route del default via 10.0.1.253 dev eth1',
    ]);
  });

  it('stays, and is told, where the primary’s gateway is not known', () => {
    const ipv6 = { addresses: [], subnet: null, gateway: null };
    const unknown = { ...homeless, primary: { ...homeless.primary, ipv6 } };
    expect(seen(taken(stolen4, stolen6), unknown)).toEqual(['default-stolen', 'default-stolen']);
  });

  it('goes alone where an advertisement brought it and the primary has nothing of that family', () => {
    const wanted = { ...network, primary: { ...network.primary, ipv6: null } };
    expect(seen(taken(stolen4, stolen6), wanted)[1]).toBe(
      'default-stolen | route del default via fe80::9 dev eth1 proto ra metric 1024',
    );
    const persons = 'default via fe80::9 dev eth1 metric 1024\n';
    expect(seen(taken(stolen4, persons), wanted)[1]).toBe('default-stolen');
  });

  it('gives way to a gateway outside of what the primary reaches', () => {
    const host = taken(stolen4).routes.filter((route) => route.destination !== '10.0.0.0/24');
    expect(seen({ ...taken(stolen4), routes: host })[0]).toContain(`${ours4} onlink | `);
  });

  it('is taken out of a multipath route that has no other way', () => {
    const ways =
      'default \\\tnexthop via 10.0.1.253 dev eth1 weight 1 \\\tnexthop via 10.0.1.254 dev eth1 weight 1\n';
    expect(seen(taken(ways))[0]).toMatch(`default-stolen | ${ours4} | route del default nexthop`);
  });
});

describe('main without a default', () => {
  it('gets the primary’s where a secondary’s went during the change', () => {
    const before = taken(stolen4, stolen6);
    const mends = [`default-stolen | ${ours4}`, `default-stolen | ${ours6}`];
    expect(seen(taken(''), network, { before })).toEqual(mends);
    const gone = [{ name: 'eth1', mac: macOf(1), table: 21001, present: false }];
    expect(seen(taken(''), networkOf(), { before, gone }).filter((text) => /^default/.test(text))).toEqual(
      mends,
    );
  });

  it('is left so where it had none, where the primary’s went, and where nobody looked before', () => {
    expect(seen(taken(''), network, { before: taken('') })).toEqual([]);
    expect(seen(taken(''), network, { before: settled })).toEqual([]); // harm, and put back as such
    expect(seen(taken(''))).toEqual([]);
    expect(seen(taken(''), homeless, { before: taken(stolen4) })).toEqual([]);
  });
});
