import { describe, expect, it } from 'vitest';
import type { Address, Prefix } from '../model/address.ts';
import type { KernelRoute } from '../model/kernel.ts';
import { network, secondary } from '../render/testing.ts';
import { overlappingRoutes } from './overlaps.ts';

const forms = { unspecifiedSource: true, suppressPrefixLength: true };

function seen(
  changes: Partial<Omit<KernelRoute, 'destination'>> & { destination: string },
  known = forms,
): readonly string[] {
  const route: KernelRoute = {
    ...{ family: 'ipv4', type: 'unicast', table: 254, via: null, device: 'br0', source: null, metric: 0 },
    ...{ protocol: 'kernel', scope: 'link', onlink: false, dead: false, spec: '' },
    ...changes,
    destination: changes.destination as Prefix,
  };
  return overlappingRoutes(
    { links: [], addresses: [], routes: [route], rules: [] },
    network([secondary()]),
    known,
  );
}

describe('routes of main that meet the subnet of a NIC', () => {
  it.each(['10.0.0.0/16', '10.0.1.0/24'])('%s contains it', (destination) => {
    expect(seen({ destination })).toEqual([
      expect.stringContaining(`${destination} by br0 contains 10.0.1.0/24, the subnet of eth1`),
    ]);
  });

  it('one inside it is kept, where there is a rule for that', () => {
    const destination = '10.0.1.128/26';
    expect(seen({ destination })).toEqual([]);
    expect(seen({ destination }, { ...forms, suppressPrefixLength: false })).toEqual([
      expect.stringContaining('10.0.1.128/26 by br0 is inside 10.0.1.0/24'),
    ]);
  });

  it.each([
    ['is elsewhere', { destination: '10.9.0.0/16' }],
    ['is a default', { destination: '0.0.0.0/0' }],
    ['is half of one', { destination: '0.0.0.0/1' }],
    ['is in another table', { destination: '10.0.0.0/16', table: 100 }],
    ['leads nowhere', { destination: '10.0.0.0/16', type: 'blackhole' }],
    ['is by the NIC itself', { destination: '10.0.0.0/16', device: 'eth1' }],
    [
      'is by the gateway of the primary',
      { destination: '10.0.0.0/16', device: 'eth0', via: '10.0.0.253' as Address },
    ],
  ])('says nothing where it %s', (_what, route) => {
    expect(seen(route)).toEqual([]);
  });
});
