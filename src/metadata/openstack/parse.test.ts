import { describe, expect, it } from 'vitest';
import { parseOpenstack } from './parse.ts';

const [first, second] = ['fa:16:3e:00:00:01', 'fa:16:3e:00:00:02'] as const;
const nic = (id: string, mac: string, more: object = {}) => ({
  id,
  ethernet_mac_address: mac,
  type: 'ovs',
  ...more,
});
const on = (link: string, ip_address: string, more: object = {}) => ({
  ...{ link, type: ip_address.includes(':') ? 'ipv6' : 'ipv4', ip_address, netmask: '24', routes: [] },
  ...more,
});

function parse(links: readonly object[], networks: readonly object[] = [], more: object = {}) {
  const tree = { 'network_data.json': { links, networks, ...more }, 'meta_data.json': null };
  return parseOpenstack({ source: 'the source', tree }, 'openstack');
}

const two = [nic('a', first), nic('b', second)];

describe('a document that does not hold together', () => {
  it.each<[string, readonly object[], readonly object[], string]>([
    ['one id twice', [nic('a', first), nic('a', second)], [], 'same id'],
    ['one MAC twice', [nic('a', first), nic('b', first)], [], `${first} is the MAC of two links`],
    ['a bond of nothing', [nic('a', first), { id: 'c', type: 'bond', bond_links: ['z'] }], [], 'c is on z'],
    ['a VLAN on nothing', [...two, { id: 'c', type: 'vlan', vlan_link: 'z', vlan_id: 5 }], [], 'c is on z'],
    ['a VLAN on itself', [...two, { id: 'c', type: 'vlan', vlan_link: 'c', vlan_id: 5 }], [], 'c has no MAC'],
    ['a network on nothing', two, [on('z', '10.0.0.5')], 'on z, which is no link'],
    ['one address twice', two, [on('a', '10.0.0.5'), on('b', '10.0.0.5')], '10.0.0.5 is on a and on b'],
    ['a control character', [nic('a\n', first), nic('a\n', second)], [], 'same id'],
  ])('%s', (_, links, networks, message) => {
    const parsed = parse(links, networks);

    expect(parsed).toMatchObject({ ok: false, problem: { code: 'metadata-disagrees' } });
    expect(!parsed.ok && parsed.problem.message).toContain(message);
    expect(!parsed.ok && parsed.problem.place).toContain('the source network_data.json');
  });
});

describe('a value that is not of its type', () => {
  it.each<[string, readonly object[], readonly object[], string]>([
    ['no MAC', [{ id: 'a', type: 'tap' }], [], 'links/0/ethernet_mac_address'],
    ['the MAC of a group', [nic('a', '01:00:5e:00:00:01')], [], 'links/0/ethernet_mac_address'],
    ['an MTU that is none', [nic('a', first, { mtu: 20 })], [], 'links/0/mtu'],
    [
      'a tag beyond 4094',
      [...two, { id: 'c', type: 'vlan', vlan_link: 'a', vlan_id: '4095' }],
      [],
      'links/2/vlan_id',
    ],
    ['a bond of none', [...two, { id: 'c', type: 'bond', bond_links: [] }], [], 'links/2/bond_links'],
    ['an address of the other family', two, [on('a', 'fd00::5', { type: 'ipv4' })], 'networks/0/ip_address'],
    ['a mask with a hole', two, [on('a', '10.0.0.5', { netmask: '255.0.255.0' })], 'networks/0/ip_address'],
    [
      'a mask of the other family',
      two,
      [on('a', '10.0.0.5', { netmask: 'ffff::' })],
      'networks/0/ip_address',
    ],
    ['a mask too long', two, [on('a', '10.0.0.5', { netmask: 33 })], 'networks/0/ip_address'],
    ['two masks', two, [on('a', '10.0.0.5/25')], 'networks/0/ip_address'],
    [
      'a route without a mask',
      two,
      [on('a', '10.0.0.5', { routes: [{ network: '10.9.0.0', gateway: '10.0.0.1' }] })],
      'networks/0/routes',
    ],
    [
      'a gateway that is none',
      two,
      [on('a', '10.0.0.5', { routes: [{ network: '0.0.0.0/0', gateway: 'x' }] })],
      'networks/0/routes',
    ],
    [
      'a name server that is none',
      two,
      [on('a', '10.0.0.5', { services: [{ type: 'dns', address: 5 }] })],
      'networks/0/services',
    ],
  ])('%s', (_, links, networks, field) => {
    const parsed = parse(links, networks);

    expect(parsed).toMatchObject({ ok: false, problem: { code: 'metadata-malformed' } });
    expect(!parsed.ok && parsed.problem.place).toContain(`the source network_data.json/${field}`);
  });
});

describe('the primary', () => {
  const way = { routes: [{ network: '0.0.0.0', netmask: '0.0.0.0', gateway: '10.0.0.1' }] };
  it.each<[string, readonly object[], string]>([
    ['the first of several ways out', [on('b', '10.0.1.5', way), on('a', '10.0.0.5', way)], first],
    ['the one with a default route', [on('a', '10.0.0.5'), on('b', '10.0.1.5', way)], second],
    [
      'the one by DHCP, before one without a way',
      [on('a', '10.0.0.5'), { link: 'b', type: 'ipv4_dhcp' }],
      second,
    ],
    ['the one by advertisements', [on('a', '10.0.0.5'), { link: 'b', type: 'ipv6_slaac' }], second],
    ['the first with a network', [on('b', '10.0.1.5')], second],
    ['the first', [], first],
  ])('is %s', (_, networks, mac) => {
    expect(parse(two, networks)).toMatchObject({ ok: true, value: { primaryMac: mac, dns: [] } });
  });
});

describe('routes', () => {
  const to = (network: string, netmask: string, gateway: string | null, more: object = {}) => ({
    ...{ network, netmask, gateway, ...more },
  });
  const family = (...networks: readonly object[]) => {
    const parsed = parse([nic('a', first)], networks);
    if (!parsed.ok) throw new Error(parsed.problem.message);
    return { dns: parsed.value.dns, ...parsed.value.interfaces[0]?.ipv4 };
  };

  it('are the gateway and what lies behind others, one a destination, of all networks of the link', () => {
    const told = family(
      on('a', '10.0.0.5', {
        routes: [
          to('0.0.0.0', '0.0.0.0', '10.0.0.1'),
          to('10.9.0.0', '255.255.0.0', '10.0.0.2', { services: [{ type: 'dns', address: '10.9.0.53' }] }),
          to('10.0.0.0', '255.255.255.0', '10.0.0.3'),
          to('10.8.0.0', '16', null),
        ],
      }),
      on('a', '10.0.7.5', {
        routes: [to('10.9.0.0', '16', '10.0.7.2'), to('169.254.169.254', '32', '10.0.7.3')],
      }),
    );

    expect(told).toMatchObject({
      gateway: '10.0.0.1',
      dns: ['10.9.0.53'],
      routes: [
        { destination: '10.9.0.0/16', via: '10.0.0.2' },
        { destination: '169.254.169.254/32', via: '10.0.7.3' },
      ],
    });
  });

  it('are left out where there is no other than the default', () => {
    expect(family(on('a', '10.0.0.5', { routes: [to('0.0.0.0', '0', '10.0.0.1')] }))).not.toHaveProperty(
      'routes',
    );
  });
});
