import { describe, expect, it } from 'vitest';
import type { Address } from '../model/address.ts';
import type { DesiredFamily } from '../model/desired.ts';
import { kernelOf, linkLines, networkOf, prefix, secondary, static4, static6 } from '../verify/testing.ts';
import { unlistedRules } from './unlisted.ts';

const nic = secondary(static4, static6);

/** The sources of the rules for what `ip -4 -o address` and `ip -6 -o address` show beside the NIC's own. */
function sources(
  ipv4: readonly string[],
  ipv6: readonly string[] = [],
  wanted = nic,
  set: readonly Address[] = [],
): readonly unknown[] {
  const own = [
    '2: eth0    inet 10.0.0.10/24 scope global eth0',
    '3: eth1    inet 10.0.1.20/32 scope global eth1',
  ];
  const kernel = kernelOf(linkLines(2), [...own, ...ipv4].join('\n'), ipv6.join('\n'));
  const rules = unlistedRules(kernel, networkOf(wanted), new Map([[nic.mac, set]]));
  for (const { priority, table, to } of rules) expect([priority, table, to]).toEqual([21001, 21001, null]);
  return rules.map(({ from }) => from);
}

describe('unlistedRules', () => {
  it.each([
    ['a virtual address of keepalived', '10.0.1.77/32 scope global eth1'],
    ['one that a person gave a subnet', '10.0.1.77/24 scope global secondary eth1'],
    ['one of another subnet', '10.9.9.77/24 scope global eth1'],
    ['one with a label', '10.0.1.77/32 scope global eth1:vip'],
    ['one of a narrower scope', '10.0.1.77/32 scope link eth1'],
    ['one of this host', '10.0.1.77/32 scope host eth1'],
    ['one that a client of somebody set', '10.0.1.77/24 scope global dynamic eth1'],
  ])('names %s', (_, line) => {
    expect(sources([`3: eth1    inet ${line}`])).toHaveLength(1);
  });

  it.each([
    ['a temporary address', '2001:db8:1::77/64 scope global temporary dynamic'],
    ['a deprecated one', '2001:db8:1::77/64 scope global deprecated dynamic mngtmpaddr'],
    ['a tentative one', '2001:db8:1::77/64 scope global tentative'],
    ['a virtual one', '2001:db8:1::77/128 scope global nodad'],
    ['one of the site', 'fec0::77/64 scope site'],
  ])('names %s', (_, line) => {
    expect(sources([], [`3: eth1    inet6 ${line}`])).toHaveLength(1);
  });

  it('names none that is link-local, of the primary, of another NIC, delegated, or in use by another machine', () => {
    expect(
      sources(
        [
          '3: eth1    inet 169.254.7.7/16 scope link eth1',
          '3: eth1    inet 10.0.0.10/32 scope global eth1', // the primary's, set here too
          '3: eth1    inet 10.0.0.77/32 scope global eth1', // on two NICs
          '2: eth0    inet 10.0.0.77/32 scope global eth0',
          '2: eth0    inet 10.0.0.78/32 scope global eth0', // on the primary
          '4: docker0    inet 172.17.0.1/16 scope global docker0',
        ],
        [
          '3: eth1    inet6 fe80::1/64 scope link',
          '3: eth1    inet6 2001:db8:1::78/64 scope global tentative dadfailed',
          '3: eth1    inet6 2001:db8:1:8::1/128 scope global',
        ],
        secondary(static4, { ...static6, prefixes: [prefix('2001:db8:1:8::/80')] }),
      ),
    ).toEqual([]);
  });

  it('names none that enid set and is about to remove', () => {
    const line = '3: eth1    inet 10.0.1.77/32 scope global eth1';
    expect(sources([line], [], nic, ['10.0.1.77' as Address])).toEqual([]);
  });

  it('names none of a family without a table, or whose lease is awaited', () => {
    const line = '3: eth1    inet 10.0.1.77/24 scope global eth1';
    const six = '3: eth1    inet6 2001:db8:1::77/128 scope global';
    const awaited: DesiredFamily = { ...static4, method: 'dhcp', address: null, further: [] };
    expect(sources([line], [six], secondary(awaited))).toEqual([]);
    expect(sources([line], [], { ...nic, rules: [] })).toEqual([]);
  });

  it('names an address once, and not the further ones of the metadata', () => {
    const lines = ['32', '24'].map((length) => `3: eth1    inet 10.0.1.77/${length} scope global eth1`);
    expect(sources([...lines, '3: eth1    inet 10.0.1.21/32 scope global eth1'])).toEqual(['10.0.1.77/32']);
    expect(static4.further).toEqual(['10.0.1.21' as Address]);
  });
});
