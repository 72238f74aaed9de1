import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { KernelAddress } from '../model/kernel.ts';
import { builtInNames } from './names.ts';
import { parseAddresses } from './parse-address.ts';
import { parseFamily } from './read.ts';
import { type Age, sample } from './testdata/samples.ts';

function all(age: Age): readonly KernelAddress[] {
  const names = { ...builtInNames, tables: new Map([...builtInNames.tables, ['internet', 7]]) };
  return (['ipv4', 'ipv6'] as const).flatMap((family) => {
    const parsed = parseFamily(sample(age, family), family, names);
    if (!parsed.ok) throw new Error(parsed.problem.message);
    return parsed.value.addresses;
  });
}

function addresses(age: Age): ReadonlyMap<string, KernelAddress> {
  return new Map(all(age).map((entry) => [entry.address, entry]));
}

function inOrder(entries: readonly KernelAddress[]): readonly string[] {
  return entries.map((entry) => JSON.stringify(entry)).sort();
}

describe('parseAddresses', () => {
  it('reads old lines without lifetimes, with a label', () => {
    expect(addresses('el6').get('10.0.1.21')).toEqual({
      link: 'eth1',
      family: 'ipv4',
      address: '10.0.1.21',
      prefixLength: 32,
      scope: 'global',
      flags: [],
      broadcast: '10.0.1.21',
    });
  });

  it('reads flags', () => {
    expect(addresses('el6').get('fe80::216:3eff:fe12:e701')?.flags).toEqual(['tentative', 'dadfailed']);
    expect(addresses('el7').get('10.0.0.10')?.flags).toEqual(['noprefixroute', 'dynamic']);
    expect(addresses('el7').get('10.0.1.22')?.flags).toEqual(['secondary']);
    expect(addresses('iproute2-6.1').get('2001:db8:1::21')?.flags).toEqual([
      'deprecated',
      'dynamic',
      'mngtmpaddr',
    ]);
    expect(addresses('iproute2-6.1').get('2001:db8:1::20')?.flags).toEqual(['nodad']);
    expect(addresses('iproute2-6.9').get('2001:db8::bd2c:1111:2222:3333')?.flags).toEqual([
      'temporary',
      'dynamic',
    ]);
  });

  it('takes the length of the peer, and an address without length as a host', () => {
    expect(addresses('iproute2-6.1').get('10.9.0.1')).toMatchObject({ link: 'tun0', prefixLength: 32 });
  });

  it('reads metrics and protocols of addresses', () => {
    expect(addresses('iproute2-6.9').get('10.0.0.10')).toMatchObject({ prefixLength: 24, scope: 'global' });
    expect(addresses('iproute2-6.9').get('::1')).toMatchObject({ scope: 'host', flags: ['noprefixroute'] });
  });

  it('gives the same with and without -o', () => {
    const lines = parseAddresses(sample('iproute2-6.1', 'address-lines'), 'ip address');
    expect(inOrder(lines.ok ? lines.value : [])).toEqual(inOrder(all('iproute2-6.1')));
  });

  it('tells a label from a flag by the name of the link', () => {
    const parsed = parseAddresses('2: home    inet 10.0.0.1/24 scope global secondary home', 'ip address');
    expect(parsed).toMatchObject({ ok: true, value: [{ flags: ['secondary'] }] });
  });

  it.each([
    '2: eth0    inet 10.0.0.300/24 scope global eth0',
    '2: eth0    inet 10.0.0.3/33 scope global eth0',
    '2: eth0    inet6 2001:db8::1/64 scope global marvellous ',
    '2: eth0    inet 10.0.0.3/24 marvellous scope global eth0',
    '2: eth0    inet 10.0.0.3/24',
    '2: eth0    ipx 1',
    'eth0 10.0.0.3',
  ])('refuses "%s"', (line) => {
    expect(parseAddresses(line, 'ip address')).toMatchObject({
      ok: false,
      problem: { code: 'kernel-unreadable', place: 'ip address' },
    });
  });

  it('never throws', () => {
    const word = fc.constantFrom('inet', 'inet6', '10.0.0.1/24', '::1/128', 'scope', 'peer', 'dynamic', 'x');
    const line = fc.array(word).map((all) => `2: eth0    ${all.join(' ')}`);
    fc.assert(fc.property(fc.oneof(fc.string(), line), (text) => 'ok' in parseAddresses(text, 'ip address')));
  });
});

it('takes an @ before an address for a part of the name', () => {
  const line =
    '4: eth1@if5    inet 10.0.1.5/24 scope global eth1@if5\\       valid_lft forever preferred_lft forever\n';
  expect(parseAddresses(line, 'ip')).toMatchObject({
    ok: true,
    value: [{ link: 'eth1@if5', address: '10.0.1.5' }],
  });
});
