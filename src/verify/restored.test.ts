import { describe, expect, it } from 'vitest';
import { type DifferenceContext, differences } from './differences.ts';
import { harm } from './harm.ts';
import { kernelOf, linkLines, macOf, networkOf, prefix, settled4, settled6 } from './testing.ts';

// eth0 is the primary, and enid had configured it as a secondary in table 21002.
const gone = [{ name: 'eth0', mac: macOf(0), table: 21002, present: true }];
const sources = new Map([[macOf(0), [prefix('10.0.0.10/32'), prefix('2001:db8::10/128')]]]);
const context: DifferenceContext = {
  ...{ gone, sources, slots: new Map([[macOf(0), 2]]), tableBase: 21000, mirrored: [] },
};
const host4 = '21002:\tfrom 10.0.0.10 lookup 21002\n2: eth0    inet 10.0.0.10/32 scope global eth0\n';
const host6 = '21002:\tfrom 2001:db8::10 lookup 21002\n2: eth0    inet6 2001:db8::10/128 scope global\n';

const mends = (lines4: string, lines6 = '', more: Partial<DifferenceContext> = {}) =>
  differences(kernelOf(linkLines(1), lines4, lines6), networkOf(), { ...context, ...more }).flatMap(
    ({ mend }) => mend.map(({ line }) => line),
  );

describe('a primary that was taken for a secondary', () => {
  it('gets the length of its subnet back, in IPv6 after the host prefix has gone', () => {
    expect(mends(host4, host6)).toEqual([
      'rule del priority 21002 from 10.0.0.10 lookup 21002',
      'rule del priority 21002 from 2001:db8::10 lookup 21002',
      'address replace 10.0.0.10/24 dev eth0',
      'address del 10.0.0.10/32 dev eth0',
      'address del 2001:db8::10/128 dev eth0',
      'address replace 2001:db8::10/64 dev eth0 nodad',
    ]);
  });

  it('gets the route to its subnet back where the lease kept the address as it was', () => {
    const leased = '2: eth0    inet 10.0.0.10/24 scope global dynamic eth0\n';
    expect(mends(leased)).toEqual([
      'route append 10.0.0.0/24 dev eth0 proto kernel scope link src 10.0.0.10',
    ]);
    expect(mends(leased.replace('dynamic', 'dynamic noprefixroute'))).toEqual([]);
    expect(mends(`${leased}10.0.0.0/24 dev eth0 proto dhcp scope link src 10.0.0.10\n`)).toEqual([]);
  });

  it('is not touched where enid never configured it', () => {
    expect(mends(host4.replace(/.*\n/, ''), '', { gone: [] })).toEqual([]);
    expect(mends(settled4, settled6, { slots: new Map([[macOf(1), 1]]), gone: [] })).toEqual([]);
  });

  it('is not harmed by that', () => {
    const before = kernelOf(linkLines(1), host4);
    const after = kernelOf(linkLines(1), host4.replace(/.*\n/, '').replace('/32', '/24'));
    const ours = { sources, slots: new Map([[macOf(0), 2]]), tableBase: 21000 };
    expect(harm(before, after, networkOf(), { ...ours, gone })).toEqual([]);
    expect(harm(before, after, networkOf(), { ...ours, gone: [] })).toMatchObject([
      { kind: 'primary-address' },
    ]);
  });
});
