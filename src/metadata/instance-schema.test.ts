import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseInstance, printInstance } from './instance-schema.ts';
import { instances } from './testing.ts';

const eth0 = { mac: '00:16:3e:00:00:01', primary: true };
const eth1 = { mac: '00:16:3e:00:00:02' };

function read(json: unknown) {
  const result = parseInstance(json, 'saved.json');
  if (!result.ok) throw new Error(JSON.stringify(result.problem));
  return result.value;
}

describe('the form of `enid metadata --json`', () => {
  it('prints and reads back any network without loss', () => {
    fc.assert(
      fc.property(instances, (instance) => {
        expect(read(JSON.parse(printInstance(instance)))).toEqual(instance);
      }),
    );
  });

  it('takes the example of the design page', () => {
    const network = read({
      schema: 1,
      cloud: 'alibaba',
      instanceId: 'i-1',
      primaryMac: '00:16:3e:00:00:01',
      dns: ['100.100.2.136'],
      interfaces: [
        { mac: '00:16:3E:00:00:01' },
        {
          mac: '00-16-3e-00-00-02',
          name: 'eth1',
          id: 'eni-1',
          primary: false,
          mtu: null,
          ipv4: {
            dhcp: true,
            addresses: ['10.0.0.20', '10.0.0.21', '10.0.0.20'],
            prefixLength: 24,
            subnet: '10.0.0.0/24',
            gateway: '10.0.0.253',
            prefixes: ['10.0.0.64/28'],
          },
          ipv6: { dhcp: false, addresses: [], subnet: null, gateway: null, prefixes: [] },
          vlan: { parentMac: '00:16:3e:00:00:01', id: 100 },
        },
      ],
    });

    expect(network.interfaces[1]).toMatchObject({
      mac: '00:16:3e:00:00:02',
      primary: false,
      ipv4: { addresses: ['10.0.0.20', '10.0.0.21'], subnet: '10.0.0.0/24' },
      ipv6: { addresses: [], prefixLength: null },
      vlan: { id: 100 },
    });
  });

  it('needs no more than MACs and a primary', () => {
    expect(read({ interfaces: [eth0] })).toEqual({
      schema: 1,
      cloud: 'unknown',
      instanceId: null,
      primaryMac: '00:16:3e:00:00:01',
      dns: [],
      interfaces: [
        {
          mac: '00:16:3e:00:00:01',
          name: null,
          id: null,
          primary: true,
          mtu: null,
          ipv4: {
            dhcp: true,
            addresses: null,
            prefixLength: null,
            subnet: null,
            gateway: null,
            prefixes: null,
          },
          ipv6: {
            dhcp: false,
            addresses: null,
            prefixLength: null,
            subnet: null,
            gateway: null,
            prefixes: null,
          },
          vlan: null,
        },
      ],
    });
  });

  it.each<[string, unknown, string, string]>([
    ['nothing', null, 'metadata-malformed', 'saved.json'],
    ['a list', [], 'metadata-malformed', 'saved.json'],
    ['no interfaces', { primaryMac: eth0.mac }, 'metadata-malformed', 'interfaces'],
    ['another schema', { schema: 2, interfaces: [eth0] }, 'metadata-malformed', 'schema'],
    [
      'unknown key',
      { interfaces: [{ ...eth0, ipv4: { gatway: '10.0.0.1' } }] },
      'metadata-malformed',
      'interfaces[0].ipv4',
    ],
    [
      'a default among the routes',
      { interfaces: [{ ...eth0, ipv4: { routes: [{ destination: '0.0.0.0/0', via: '10.0.0.1' }] } }] },
      'metadata-malformed',
      'interfaces[0].ipv4.routes[0].destination',
    ],
    [
      'two routes to one destination',
      {
        interfaces: [
          {
            ...eth0,
            ipv6: { routes: ['fe80::1', 'fe80::2'].map((via) => ({ destination: '2001:db8:9::/48', via })) },
          },
        ],
      },
      'metadata-malformed',
      'interfaces[0].ipv6.routes',
    ],
    ['a MAC that is none', { interfaces: [{ mac: 'eth0', primary: true }] }, 'bad-mac', 'interfaces[0].mac'],
    ['a missing MAC', { interfaces: [{ primary: true }] }, 'metadata-malformed', 'interfaces[0].mac'],
    ['a MAC twice', { interfaces: [eth0, { mac: '00-16-3E-00-00-01' }] }, 'metadata-malformed', 'interfaces'],
    ['no primary', { interfaces: [eth1] }, 'metadata-incomplete', 'primaryMac'],
    ['no interface at all', { interfaces: [] }, 'metadata-incomplete', 'primaryMac'],
    [
      'the primary not listed',
      { primaryMac: eth0.mac, interfaces: [eth1] },
      'metadata-incomplete',
      'interfaces',
    ],
    ['two primaries', { interfaces: [eth0, { ...eth1, primary: true }] }, 'metadata-disagrees', 'interfaces'],
    [
      'another primary marked',
      { primaryMac: eth1.mac, interfaces: [eth0, eth1] },
      'metadata-disagrees',
      'interfaces',
    ],
    [
      'the primary marked as none',
      { primaryMac: eth1.mac, interfaces: [{ ...eth1, primary: false }] },
      'metadata-disagrees',
      'interfaces',
    ],
    [
      'text for a number',
      { interfaces: [{ ...eth0, mtu: '1500' }] },
      'metadata-malformed',
      'interfaces[0].mtu',
    ],
    ['an MTU too small', { interfaces: [{ ...eth0, mtu: 67 }] }, 'metadata-malformed', 'interfaces[0].mtu'],
    [
      'a single address for a list',
      { interfaces: [{ ...eth0, ipv4: { addresses: '10.0.0.1' } }] },
      'metadata-malformed',
      'ipv4.addresses',
    ],
    [
      'IPv6 among IPv4',
      { interfaces: [{ ...eth0, ipv4: { addresses: ['::1'] } }] },
      'bad-address',
      'ipv4.addresses[0]',
    ],
    [
      'an octal address',
      { interfaces: [{ ...eth0, ipv4: { gateway: '010.0.0.1' } }] },
      'bad-address',
      'ipv4.gateway',
    ],
    [
      'a prefix length too great',
      { interfaces: [{ ...eth0, ipv4: { prefixLength: 33 } }] },
      'metadata-malformed',
      'prefixLength',
    ],
    [
      'a subnet without length',
      { interfaces: [{ ...eth0, ipv4: { subnet: '10.0.0.0' } }] },
      'bad-prefix',
      'ipv4.subnet',
    ],
    [
      'a VLAN id too great',
      { interfaces: [{ ...eth0, vlan: { parentMac: eth1.mac, id: 4095 } }] },
      'metadata-malformed',
      'vlan.id',
    ],
    [
      'a newline in an id',
      { interfaces: [{ ...eth0, id: 'eni\nx' }] },
      'control-character',
      'interfaces[0].id',
    ],
    [
      'a line separator in a name',
      { interfaces: [{ ...eth0, name: 'eth\u2028' }] },
      'control-character',
      'interfaces[0].name',
    ],
    ['a newline in a key', { 'a\nb': 1, interfaces: [eth0] }, 'metadata-malformed', 'saved.json'],
    [
      'a path for a name',
      { interfaces: [{ ...eth0, name: '../x' }] },
      'metadata-malformed',
      'interfaces[0].name',
    ],
    [
      'a space in an id',
      { interfaces: [{ ...eth0, id: 'eni x' }] },
      'metadata-malformed',
      'interfaces[0].id',
    ],
  ])('refuses %s', (_, json, code, place) => {
    const result = parseInstance(json, 'saved.json');

    expect(result).toMatchObject({ ok: false, problem: { code } });
    expect(!result.ok && result.problem.place).toContain(place);
  });

  it('never throws, whatever it is given', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
        parseInstance({ interfaces: [eth0, one], dns: other }, 'x');
        parseInstance(one, 'x');
      }),
    );
  });
});
