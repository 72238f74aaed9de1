import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Family } from '../model/address.ts';
import type { KernelRoute } from '../model/kernel.ts';
import { builtInNames, type Names } from './names.ts';
import { parseRoute, parseRoutes } from './parse-route.ts';
import { parseFamily } from './read.ts';
import { keptValues, stateFlags, stateValues } from './route-words.ts';
import { type Age, ages, sample } from './testdata/samples.ts';

const names: Names = {
  tables: new Map([...builtInNames.tables, ['internet', 7]]),
  protocols: new Map([...builtInNames.protocols, ['bgp', 186]]),
};

function routes(age: Age, family: Family): readonly KernelRoute[] {
  const parsed = parseFamily(sample(age, family), family, names);
  if (!parsed.ok) throw new Error(parsed.problem.message);
  return parsed.value.routes;
}

function one(line: string, family: Family = 'ipv4'): KernelRoute {
  const parsed = parseRoute(line, family, names, 'ip route');
  if (!parsed.ok) throw new Error(parsed.problem.message);
  return parsed.value;
}

describe('parseRoutes', () => {
  it.each(ages)('reads every line of %s and leaves out what the kernel keeps for itself', (age) => {
    for (const family of ['ipv4', 'ipv6'] as const) {
      const read = routes(age, family);
      expect(read.length).toBeGreaterThan(0);
      expect(read.filter((route) => route.table === 255 && route.type !== 'unicast')).toEqual([]);
    }
  });

  it('reads the double spaces and numbers of 2.6.32', () => {
    const [subnet, defaultRoute] = routes('el6', 'ipv4');
    expect(subnet).toMatchObject({ destination: '10.0.1.0/24', table: 21001, device: 'eth1', scope: 'link' });
    expect(defaultRoute).toMatchObject({ destination: '0.0.0.0/0', table: 21001, via: '10.0.1.253' });
    const refusing = routes('el6', 'ipv6').find((route) => route.type === 'unreachable');
    expect(refusing).toMatchObject({ table: 0, metric: 4294967295, device: 'lo', protocol: 'kernel' });
  });

  it('reads a route whole', () => {
    expect(one('default via 10.0.0.252 dev eth0 proto dhcp src 10.0.0.11 metric 200 ')).toEqual({
      family: 'ipv4',
      type: 'unicast',
      destination: '0.0.0.0/0',
      table: 254,
      via: '10.0.0.252',
      device: 'eth0',
      source: '10.0.0.11',
      metric: 200,
      protocol: 'dhcp',
      scope: 'global',
      onlink: false,
      dead: false,
      spec: 'default via 10.0.0.252 dev eth0 proto dhcp src 10.0.0.11 metric 200',
    });
  });

  it('means the same with and without -d', () => {
    const detailed = one('unicast default via 10.0.0.253 dev eth0 table main proto boot scope global ');
    expect(detailed).toEqual(one('default via 10.0.0.253 dev eth0'));
  });

  it('means the same with and without -o', () => {
    const lines = parseRoutes(sample('iproute2-6.1', 'ipv4-routes-lines'), 'ipv4', names, 'ip route');
    expect(lines).toEqual({ ok: true, value: routes('iproute2-6.1', 'ipv4') });
  });

  it('gives numbers for names of tables and protocols', () => {
    expect(routes('el7', 'ipv4').some((route) => route.table === 7)).toBe(true);
    expect(one('10.1.0.0/16 dev eth0 proto bgp').protocol).toBe('186');
    expect(one('10.1.0.0/16 dev eth0 proto 16').protocol).toBe('dhcp');
    expect(one('10.1.0.0/16 dev eth0 proto 210').protocol).toBe('210');
  });

  it('reads multipath routes, which have no device of their own', () => {
    const line =
      '10.70.0.0/16 table 9 \\\tnexthop via 10.0.0.253  dev eth0 weight 1\\\tnexthop via 10.0.1.253  dev eth1 weight 1 dead';
    const parsed = parseRoutes(line, 'ipv4', names, 'ip route');
    expect(parsed.ok && parsed.value[0]).toMatchObject({
      via: null,
      device: null,
      dead: false,
      spec: '10.70.0.0/16 table 9 nexthop via 10.0.0.253 dev eth0 weight 1 nexthop via 10.0.1.253 dev eth1 weight 1',
    });
  });

  it.each([
    ['172.17.0.0/16 dev docker0 scope link linkdown', '172.17.0.0/16 dev docker0 scope link'],
    ['10.1.0.0/16 via 10.0.0.1 dev eth0 dead onlink linkdown', '10.1.0.0/16 via 10.0.0.1 dev eth0 onlink'],
    ['10.74.0.0/16 nhid 7 via 10.0.0.253 dev eth0', '10.74.0.0/16 via 10.0.0.253 dev eth0'],
    ['10.75.0.0/16 via 10.0.0.253 dev eth0 offload rt_trap', '10.75.0.0/16 via 10.0.0.253 dev eth0'],
    ['unreachable 10.67.0.0/16 metric 5 error -113', 'unreachable 10.67.0.0/16 metric 5'],
    ['10.71.0.0/16 via inet6 fe80::1 dev eth0', '10.71.0.0/16 via inet6 fe80::1 dev eth0'],
    ['10.72.0.0/16 dev eth0 mtu lock 1400 advmss 1300', '10.72.0.0/16 dev eth0 mtu lock 1400 advmss 1300'],
    [
      '10.73.0.0/16 dev eth0 features ecn tcp_usec_ts rto_min lock 20ms congctl cubic',
      '10.73.0.0/16 dev eth0 features ecn tcp_usec_ts rto_min 20ms congctl cubic',
    ],
    ['default dev wg0 table internet', 'default table 7 dev wg0'],
    ['10.1.2.3 dev eth0 cache  expires 500sec ipid 0x5 mtu 1500', '10.1.2.3 dev eth0 mtu 1500'],
  ])('makes "%s" replayable', (line, spec) => {
    expect(one(line).spec).toBe(spec);
  });

  it.each([
    [
      'fe80::/64 dev eth0 metric 256 expires 9sec mtu 1500 hoplimit 4294967295 pref medium',
      'fe80::/64 dev eth0 metric 256 mtu 1500 pref medium',
    ],
    [
      'unreachable default dev lo table unspec proto kernel metric -1 error -101',
      'unreachable default table 0 dev lo proto kernel',
    ],
    [
      '2001:db8::/48 from 2001:db8:1::/64 via fe80::1 dev eth0',
      '2001:db8::/48 from 2001:db8:1::/64 via fe80::1 dev eth0',
    ],
    [
      '2001:db8:9::/48  encap seg6 mode encap segs 1 [ fc00::1 ] dev eth0',
      '2001:db8:9::/48 encap seg6 mode encap segs 1 [ fc00::1 ] dev eth0',
    ],
  ])('makes "%s" replayable', (line, spec) => {
    expect(one(line, 'ipv6').spec).toBe(spec);
  });

  it('tells when a route is dead', () => {
    expect(one('10.1.0.0/16 dev eth0 linkdown').dead).toBe(true);
    expect(one('10.1.0.0/16 dev eth0 dead linkdown').dead).toBe(true);
    expect(one('10.1.0.0/16 dev eth0').dead).toBe(false);
  });

  it.each([
    ['10.0.0.0/24 dev eth0 marvellous', 'unknown word "marvellous"'],
    ['10.0.0.0/24 dev eth0 marvellous 7', 'unknown word "marvellous"'],
    ['10.0.0.0/24 dev', 'unknown word "dev"'],
    ['10.0.0.0/24 dev eth0 table nowhere', 'table "nowhere" is in no rt_tables'],
    ['10.0.0.0/33 dev eth0', '"10.0.0.0/33" is no destination'],
    ['somewhere dev eth0', '"somewhere" is no destination'],
    ['10.0.0.0/24 via somewhere dev eth0', 'gateway "somewhere"'],
    ['10.0.0.0/24 dev eth0 src somewhere', 'source "somewhere"'],
    ['10.0.0.0/24 dev eth0 metric some', 'metric "some"'],
  ])('refuses "%s"', (line, why) => {
    const parsed = parseRoutes(line, 'ipv4', names, 'ip -4 route');
    expect(parsed).toMatchObject({ ok: false, problem: { code: 'kernel-unreadable', place: 'ip -4 route' } });
    expect(!parsed.ok && parsed.problem.message).toBe(`${why.replaceAll('"', '\\"')} in "${line}"`);
  });

  it('never throws, and never passes over a word it does not know', () => {
    const known = [...keptValues, ...stateFlags, ...stateValues, 'via', 'nexthop', 'onlink', 'cache'];
    const word = fc.constantFrom(...known, '10.0.0.1', '7', 'eth0');
    const line = fc.array(word, { maxLength: 8 }).map((all) => `10.0.0.0/24 ${all.join(' ')}`);
    fc.assert(
      fc.property(fc.oneof(fc.string(), line), (text) => 'ok' in parseRoutes(text, 'ipv4', names, 'ip')),
    );
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z]{3,12}$/), (stranger) => {
        fc.pre(!known.includes(stranger) && stranger !== 'encap');
        expect(parseRoute(`10.0.0.0/24 dev eth0 ${stranger} 7`, 'ipv4', names, 'ip').ok).toBe(false);
      }),
    );
  });
});
