import { describe, expect, it } from 'vitest';
import { splitList } from './lists.ts';
import { parseAlibaba } from './parse.ts';

const source = 'http://100.100.100.200/2016-01-01/meta-data/all';
const [mac0, mac1] = ['00:16:3e:00:00:01', '00:16:3e:00:00:02'];

function parse(nic: object, primary: object = { 'private-ipv4s': '10.9.9.9' }, top: object = {}) {
  const macs = { [mac0]: primary, [mac1]: nic };
  return parseAlibaba({ source, tree: { mac: mac0, ...top, network: { interfaces: { macs } } } });
}

function nicOf(result: ReturnType<typeof parse>) {
  if (!result.ok) throw new Error(JSON.stringify(result.problem));
  return result.value.interfaces[1];
}

describe('a list', () => {
  it.each<[string, string | string[], readonly string[] | null | 'malformed']>([
    ['JSON', '["a","b"]', ['a', 'b']],
    ['JSON over lines', '[\n  "a",\n  "b"\n]\n', ['a', 'b']],
    ['brackets', '[a,b]', ['a', 'b']],
    ['brackets with blanks', '[a, b]', ['a', 'b']],
    ['single quotes', "['a', 'b']", ['a', 'b']],
    ['bare', 'a', ['a']],
    ['bare with a line end', 'a\n', ['a']],
    ['commas', 'a,b', ['a', 'b']],
    ['lines', 'a\nb\n', ['a', 'b']],
    ['CRLF', 'a\r\nb', ['a', 'b']],
    ['an array', ['a', 'b'], ['a', 'b']],
    ['an array of lines', ['a\r\nb'], ['a', 'b']],
    ['none', '[]', []],
    ['an empty array', [], []],
    ['nothing', '', null],
    ['blanks', ' \r\n', null],
    ['cut off', '["a","b', 'malformed'],
    ['cut off at the start', 'a","b"]', 'malformed'],
    ['an opening bracket', '[', 'malformed'],
  ])('written as %s', (_, text, expected) => {
    expect(splitList(text)).toEqual(expected);
  });
});

describe('a NIC', () => {
  it('has its primary address first, wherever it is listed, and even if it is not', () => {
    const listed = { 'private-ipv4s': '["10.0.0.21","10.0.0.20"]' };

    expect(nicOf(parse({ ...listed, 'primary-ip-address': '10.0.0.20' }))?.ipv4.addresses).toEqual([
      '10.0.0.20',
      '10.0.0.21',
    ]);
    expect(nicOf(parse({ ...listed, 'primary-ip-address': '10.0.0.9' }))?.ipv4.addresses).toEqual([
      '10.0.0.9',
      '10.0.0.21',
      '10.0.0.20',
    ]);
    expect(nicOf(parse(listed))?.ipv4.addresses).toEqual(['10.0.0.21', '10.0.0.20']);
  });

  it('has addresses of unknown order, thus unknown, where this service tells the primary of other NICs', () => {
    const other = { 'private-ipv4s': '10.9.9.9', 'primary-ip-address': '10.9.9.9' };

    expect(nicOf(parse({ 'private-ipv4s': '10.0.0.21,10.0.0.20' }, other))?.ipv4.addresses).toBeNull();
    expect(nicOf(parse({ 'private-ipv4s': '10.0.0.21' }, other))?.ipv4.addresses).toEqual(['10.0.0.21']);
  });

  it('has unknown private addresses, never none, where the list is missing or empty', () => {
    for (const nic of [
      { gateway: '10.0.0.253' },
      { 'private-ipv4s': '[]' },
      { 'private-ipv4s': '' },
      { 'private-ipv4s': null },
    ]) {
      expect(nicOf(parse(nic))?.ipv4.addresses).toBeNull();
    }
  });

  it('has IPv6 alone where nothing at all is said of IPv4, and awaits no lease then', () => {
    const six = { ipv6s: '[2001:db8::1]', 'vswitch-ipv6-cidr-block': '2001:db8::/64' };

    expect(nicOf(parse(six))).toMatchObject({
      ipv4: { dhcp: false, addresses: null, subnet: null },
      ipv6: { dhcp: false, addresses: ['2001:db8::1'], subnet: '2001:db8::/64', prefixLength: 64 },
    });
    for (const more of [
      { gateway: '10.0.0.253' },
      { 'private-ipv4s': '' },
      { 'primary-ip-address': '10.0.0.1' },
      { netmask: '255.255.255.0' },
    ]) {
      expect(nicOf(parse({ ...six, ...more }))?.ipv4.dhcp).toBe(true);
    }
    expect(nicOf(parse({ ipv6s: '[]' }))?.ipv4.dhcp).toBe(true);
    expect(nicOf(parse({}))?.ipv4.dhcp).toBe(true);
  });

  it('that has IPv6 alone may be the primary, unless its IPv4 address is told at the top', () => {
    const six = { ipv6s: '2001:db8::1' };
    const primaryOf = (top: object) => {
      const result = parse({ 'private-ipv4s': '10.0.0.20' }, six, top);
      return result.ok ? result.value.interfaces[0]?.ipv4 : null;
    };

    expect(primaryOf({})).toMatchObject({ dhcp: false, addresses: null });
    expect(primaryOf({ 'private-ipv4': '10.0.0.9' })).toMatchObject({ dhcp: true, addresses: ['10.0.0.9'] });
  });

  it('has no IPv6 and no prefixes where their leaves are missing, and unknown ones where they are empty', () => {
    const missing = nicOf(parse({ 'private-ipv4s': '10.0.0.20' }));
    const empty = nicOf(
      parse({ 'private-ipv4s': '10.0.0.20', ipv6s: '', 'ipv4-prefixes': '\n', 'ipv6-prefixes': null }),
    );

    expect([missing?.ipv6.addresses, missing?.ipv4.prefixes, missing?.ipv6.prefixes]).toEqual([[], [], []]);
    expect([empty?.ipv6.addresses, empty?.ipv4.prefixes, empty?.ipv6.prefixes]).toEqual([null, null, null]);
  });

  it('of which nothing is said is unknown in everything', () => {
    const nic = nicOf(parse({}));

    expect([nic?.ipv4.addresses, nic?.ipv4.prefixes, nic?.ipv6.addresses, nic?.ipv6.prefixes]).toEqual([
      null,
      null,
      null,
      null,
    ]);
  });

  it('has its subnet from the block, or from address and mask', () => {
    const address = { 'private-ipv4s': '10.0.5.20' };

    expect(nicOf(parse({ ...address, 'vswitch-cidr-block': '10.0.4.0/22' }))?.ipv4).toMatchObject({
      subnet: '10.0.4.0/22',
      prefixLength: 22,
    });
    expect(nicOf(parse({ ...address, netmask: '255.255.252.0' }))?.ipv4).toMatchObject({
      subnet: '10.0.4.0/22',
      prefixLength: 22,
    });
  });

  it('that is the primary is completed from the top of the tree', () => {
    const top = {
      'private-ipv4': '10.9.9.9',
      'sub-private-ipv4-list': '10.9.9.10,10.9.9.11',
      'vswitch-cidr-block': '10.9.9.0/24',
    };

    const result = parse({ 'private-ipv4s': '10.0.0.20' }, { gateway: '10.9.9.253' }, top);

    expect(result.ok && result.value.interfaces[0]?.ipv4).toMatchObject({
      addresses: ['10.9.9.9', '10.9.9.10', '10.9.9.11'],
      subnet: '10.9.9.0/24',
      prefixLength: 24,
    });
    expect(nicOf(result)?.ipv4.subnet).toBeNull();
  });
});

describe('a tree is refused', () => {
  const field = (leaf: string): string => `${source} network/interfaces/macs/${mac1}/${leaf}`;
  it.each<[string, object, string, string]>([
    ['private-ipv4s', { 'private-ipv4s': '["10.0.0.20"' }, 'metadata-malformed', 'a list that does not end'],
    ['private-ipv4s', { 'private-ipv4s': '10.0.0.20\u00007' }, 'metadata-malformed', '\\u0000'],
    ['private-ipv4s', { 'private-ipv4s': { a: 1 } }, 'metadata-malformed', 'list'],
    ['private-ipv4s', { 'private-ipv4s': [10] }, 'metadata-malformed', ''],
    ['private-ipv4s', { 'private-ipv4s': '2001:db8::1' }, 'metadata-malformed', 'IPv4'],
    ['private-ipv4s', { 'private-ipv4s': '10.0.0.020' }, 'metadata-malformed', 'IPv4'],
    ['ipv6s', { ipv6s: '10.0.0.1' }, 'metadata-malformed', 'IPv6'],
    ['ipv6s', { ipv6s: 'fe80::1%eth0' }, 'metadata-malformed', 'IPv6'],
    ['ipv4-prefixes', { 'ipv4-prefixes': '10.0.0.0' }, 'metadata-malformed', 'prefix'],
    ['netmask', { netmask: '255.0.255.0' }, 'metadata-malformed', 'mask'],
    ['gateway', { gateway: '10.0.0.253\n10.0.0.254' }, 'metadata-malformed', 'address'],
    ['gateway', { gateway: 5 }, 'metadata-malformed', ''],
    ['network-interface-id', { 'network-interface-id': 'eni-1 x' }, 'metadata-malformed', 'identifier'],
    [
      'network-interface-id',
      { 'network-interface-id': 'eni-1\nIPADDR=1' },
      'metadata-malformed',
      'identifier',
    ],
    ['netmask', { netmask: '255.255.0.0', 'vswitch-cidr-block': '10.0.0.0/24' }, 'metadata-disagrees', '/16'],
  ])('for its %s: %o', (leaf, nic, code, message) => {
    const result = parse(nic);

    expect(result).toMatchObject({ ok: false, problem: { code, place: field(leaf) } });
    expect(!result.ok && result.problem.message).toContain(message);
  });

  it('for an address on two NICs', () => {
    expect(parse({ 'private-ipv4s': '10.9.9.9' })).toMatchObject({
      ok: false,
      problem: { code: 'metadata-disagrees' },
    });
  });

  it.each([
    ['no object', 7],
    ['no MAC as a key', { mac: mac0, network: { interfaces: { macs: { [mac0]: {}, eth1: {} } } } }],
    [
      'the same MAC in two spellings',
      { mac: mac0, network: { interfaces: { macs: { [mac0]: {}, '00-16-3E-00-00-01': {} } } } },
    ],
    ['a NIC that is no object', { mac: mac0, network: { interfaces: { macs: { [mac0]: 'x' } } } }],
    ['a list of NICs', { mac: mac0, network: { interfaces: { macs: [mac0] } } }],
    ['a MAC that is none', { mac: 'eth0', network: { interfaces: { macs: { [mac0]: {} } } } }],
  ])('for %s', (_, tree) => {
    expect(parseAlibaba({ source, tree })).toMatchObject({
      ok: false,
      problem: { code: 'metadata-malformed' },
    });
  });
});
