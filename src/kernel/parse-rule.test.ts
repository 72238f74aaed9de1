import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Family } from '../model/address.ts';
import type { KernelRule } from '../model/kernel.ts';
import { builtInNames, type Names } from './names.ts';
import { parseRules } from './parse-rule.ts';
import { parseFamily } from './read.ts';
import { type Age, ages, sample } from './testdata/samples.ts';

const names: Names = { ...builtInNames, tables: new Map([...builtInNames.tables, ['internet', 7]]) };

function rules(age: Age, family: Family): readonly KernelRule[] {
  const parsed = parseFamily(sample(age, family), family, names);
  if (!parsed.ok) throw new Error(parsed.problem.message);
  return parsed.value.rules;
}

function one(line: string, family: Family = 'ipv4'): KernelRule {
  const parsed = parseRules(line, family, names, 'ip rule');
  const rule = parsed.ok ? parsed.value[0] : undefined;
  if (rule === undefined) throw new Error(JSON.stringify(parsed));
  return rule;
}

describe('parseRules', () => {
  it.each(ages)('reads every rule of %s', (age) => {
    const lines = sample(age, 'ipv4')
      .split('\n')
      .filter((line) => /^\d+:\t/.test(line));
    expect(rules(age, 'ipv4')).toHaveLength(lines.length);
    expect(rules(age, 'ipv6')[0]).toMatchObject({ priority: 0, table: 255, special: false });
  });

  it('reads the forms of the band', () => {
    expect(one('21001:\tfrom 10.0.1.20 lookup 21001 ')).toEqual({
      family: 'ipv4',
      priority: 21001,
      from: '10.0.1.20/32',
      to: null,
      table: 21001,
      suppressPrefixLength: null,
      special: false,
      spec: 'priority 21001 from 10.0.1.20 lookup 21001',
    });
    expect(one('21000:\tfrom 10.0.0.10 to 10.0.1.0/24 lookup main proto unspec')).toMatchObject({
      from: '10.0.0.10/32',
      to: '10.0.1.0/24',
      table: 254,
      special: false,
    });
    expect(one('21999:\tfrom all to 2001:db8:1::/64 lookup 21001', 'ipv6')).toMatchObject({
      from: null,
      to: '2001:db8:1::/64',
      table: 21001,
    });
  });

  it.each([
    ['100:\tfrom all iif eth1 lookup 100', 'priority 100 from all iif eth1 lookup 100'],
    ['101:\tfrom all oif eth7 [detached] lookup 100', 'priority 101 from all oif eth7 lookup 100'],
    ['102:\tfrom all fwmark 0x1/0xff lookup 200', 'priority 102 from all fwmark 0x1/0xff lookup 200'],
    ['103:\tnot from 10.0.0.0/8 lookup 100', 'priority 103 not from 10.0.0.0/8 lookup 100'],
    ['104:\tfrom all uidrange 1-2 lookup 100', 'priority 104 from all uidrange 1-2 lookup 100'],
    [
      '105:\tfrom all ipproto tcp sport 80 dport 1-2 lookup 9',
      'priority 105 from all ipproto tcp sport 80 dport 1-2 lookup 9',
    ],
    ['107:\tfrom all goto 200 [unresolved] proto unspec', 'priority 107 from all goto 200'],
    ['109:\tfrom all tos 0x10 blackhole', 'priority 109 from all tos 0x10 blackhole'],
    ['110:\tfrom 10.5.0.0/16 map-to 10.6.0.0', 'priority 110 from 10.5.0.0/16 map-to 10.6.0.0'],
    ['1000:\tfrom all lookup [l3mdev-table] proto kernel', 'priority 1000 from all l3mdev proto kernel'],
    ['300:\tfrom 0/8 unreachable', 'priority 300 from 0/8 unreachable'],
  ])('calls "%s" special and keeps it replayable', (line, spec) => {
    expect(one(line)).toMatchObject({ special: true, spec });
  });

  it('reads a source that is not chosen yet, and which routes do not count', () => {
    const zero = 'from 0.0.0.0 to 10.0.1.0/24';
    expect(one(`21997:\t${zero} lookup main suppress_prefixlength 24 `)).toMatchObject({
      from: '0.0.0.0/32',
      to: '10.0.1.0/24',
      table: 254,
      suppressPrefixLength: 24,
      special: false,
      spec: `priority 21997 ${zero} lookup 254 suppress_prefixlength 24`,
    });
    const half = '21996:\tfrom ::/1 to 2001:db8:1::/64 lookup main';
    expect(one(half, 'ipv6')).toMatchObject({ from: '::/1', suppressPrefixLength: null });
    expect(parseRules('1:\tfrom all lookup main suppress_prefixlength x', 'ipv4', names, 'ip')).toMatchObject(
      {
        ok: false,
      },
    );
  });

  it('does not call a rule special for who made it', () => {
    expect(one('112:\tfrom 10.6.0.0/16 lookup internet proto static')).toMatchObject({
      special: false,
      table: 7,
      spec: 'priority 112 from 10.6.0.0/16 lookup 7 proto static',
    });
  });

  it.each([
    'from all lookup main',
    '1:\tfrom all lookup nowhere',
    '1:\tfrom somewhere lookup main',
    '1:\tfrom 10.0.0.0/40 lookup main',
    '1:\tfrom all marvellous lookup main',
    '1:\tfrom all marvellous',
    '1:\tfrom all',
  ])('refuses "%s"', (line) => {
    expect(parseRules(line, 'ipv4', names, 'ip rule')).toMatchObject({
      ok: false,
      problem: { code: 'kernel-unreadable' },
    });
  });

  it('never throws', () => {
    const word = fc.constantFrom(
      'from',
      'to',
      'all',
      '10.0.0.1',
      'lookup',
      'main',
      'not',
      'goto',
      '[detached]',
    );
    const line = fc.array(word).map((all) => `7:\t${all.join(' ')}`);
    fc.assert(
      fc.property(fc.oneof(fc.string(), line), (text) => 'ok' in parseRules(text, 'ipv4', names, 'ip')),
    );
  });
});
