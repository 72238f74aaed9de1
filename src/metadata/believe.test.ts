import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { families } from '../model/address.ts';
import type { InstanceInterface, InstanceNetwork } from '../model/instance.ts';
import { type Belief, believe, type Former } from './believe.ts';
import { aFamily, aNic, anAddress, anInstance, aPrefix, instances } from './testing.ts';

const settings = { agreeingReads: 2, pollMs: 60_000 };
const eth0 = aNic('00:16:3e:00:00:01', { ipv4: aFamily(['10.0.0.1']) });
const eth1Mac = '00:16:3e:00:00:02';

const minute = (count: number): string => new Date(Date.UTC(2025, 0, 1) + count * 60_000).toISOString();
const eth1 = (
  addresses: readonly string[] | null,
  more: Partial<InstanceInterface> = {},
): InstanceInterface => aNic(eth1Mac, { ipv4: aFamily(addresses), ...more });
const nothing: Former = { believed: null, missing: new Map() };

/** One read a minute, each believed on top of the last. */
function reads(...networks: readonly InstanceNetwork[]): Belief {
  let belief = believe(nothing, networks[0] ?? anInstance([eth0]), minute(0), settings);
  for (const [index, network] of networks.entries()) {
    if (index > 0) belief = believe(belief, network, minute(index), settings);
  }
  return belief;
}

function addressesOf(belief: Belief, mac: string): readonly string[] | null | undefined {
  return belief.believed.interfaces.find((nic) => nic.mac === mac)?.ipv4.addresses;
}

describe('believing metadata', () => {
  it('takes the first read as it is', () => {
    const network = anInstance([eth0, eth1(null)]);

    expect(believe(nothing, network, minute(0), settings)).toEqual({
      believed: network,
      missing: new Map(),
      changed: true,
      awaiting: [],
    });
  });

  it('takes additions at once', () => {
    const belief = reads(anInstance([eth0]), anInstance([eth0, eth1(['10.0.1.20', '10.0.1.21'])]));

    expect(belief.changed).toBe(true);
    expect(addressesOf(belief, eth1Mac)).toEqual(['10.0.1.20', '10.0.1.21']);
  });

  it('keeps the IPv4 of a NIC of which one read tells IPv6 alone', () => {
    const six = { ipv6: aFamily(['2001:db8::1'], { dhcp: false }) };
    const alone = aNic(eth1Mac, { ...six, ipv4: aFamily(null, { dhcp: false }) });

    const belief = reads(anInstance([eth0, eth1(['10.0.1.20'], six)]), anInstance([eth0, alone]));

    expect(belief.changed).toBe(false);
    expect(belief.believed.interfaces[1]?.ipv4).toMatchObject({ dhcp: true, addresses: ['10.0.1.20'] });
  });

  it('takes an address away after two agreeing reads, and says what it waits for', () => {
    const before = anInstance([eth0, eth1(['10.0.1.20', '10.0.1.21'])]);
    const after = anInstance([eth0, eth1(['10.0.1.20'])]);

    const once = reads(before, after);
    const twice = reads(before, after, after);

    expect(addressesOf(once, eth1Mac)).toEqual(['10.0.1.20', '10.0.1.21']);
    expect(once.changed).toBe(false);
    expect(once.awaiting).toEqual([`address 10.0.1.21 of ${eth1Mac}`]);
    expect(addressesOf(twice, eth1Mac)).toEqual(['10.0.1.20']);
    expect(twice.changed).toBe(true);
    expect(twice.awaiting).toEqual([]);
  });

  it('takes an interface and a prefix away after two agreeing reads', () => {
    const prefixes = [aPrefix('10.0.1.64/28')];
    const withPrefix = eth1(['10.0.1.20'], { ipv4: aFamily(['10.0.1.20'], { prefixes }) });
    const before = anInstance([eth0, withPrefix]);
    const without = anInstance([eth0, eth1(['10.0.1.20'])]);
    const alone = anInstance([eth0]);

    expect(reads(before, without).believed).toEqual(before);
    expect(reads(before, without, without).believed).toEqual(without);
    expect(reads(before, alone).believed).toEqual(before);
    expect(reads(before, alone, alone).believed).toEqual(alone);
  });

  it('takes routes as the read tells them that tells their subnet', () => {
    const told = { subnet: aPrefix('10.0.1.0/24') };
    const routes = [{ destination: aPrefix('172.30.0.0/16'), via: anAddress('10.0.1.254') }];
    const nic = (more: object) => eth1(['10.0.1.20'], { ipv4: aFamily(['10.0.1.20'], more) });
    const before = anInstance([eth0, nic({ ...told, routes })]);

    expect(reads(before, anInstance([eth0, nic({})])).believed).toEqual(before);
    expect(reads(before, anInstance([eth0, nic(told)])).believed).toEqual(anInstance([eth0, nic(told)]));
    expect(reads(before, anInstance([eth0, nic(told)])).changed).toBe(true);
  });

  it('begins to count anew when a thing is listed again', () => {
    const both = anInstance([eth0, eth1(['10.0.1.20', '10.0.1.21'])]);
    const one = anInstance([eth0, eth1(['10.0.1.20'])]);

    expect(addressesOf(reads(both, one, both, one), eth1Mac)).toEqual(['10.0.1.20', '10.0.1.21']);
  });

  it('does not count reads that follow each other too closely', () => {
    const both = anInstance([eth0, eth1(['10.0.1.20'])]);
    let belief = reads(both, anInstance([eth0]));
    for (const seconds of [1, 2, 10, 30, 47]) {
      const now = new Date(Date.parse(minute(1)) + seconds * 1_000).toISOString();
      belief = believe(belief, anInstance([eth0]), now, settings);
    }
    expect(belief.believed).toEqual(both);

    const late = new Date(Date.parse(minute(1)) + 48_000).toISOString();
    expect(believe(belief, anInstance([eth0]), late, settings).believed).toEqual(anInstance([eth0]));
  });

  it('does not stand still when the clock is set back', () => {
    const both = anInstance([eth0, eth1(['10.0.1.20'])]);
    const first = reads(both, anInstance([eth0]));

    const second = believe(first, anInstance([eth0]), '2001-01-01T00:00:00.000Z', settings);
    const third = believe(second, anInstance([eth0]), '2001-01-01T00:01:00.000Z', settings);

    expect(second.believed).toEqual(both);
    expect(third.believed).toEqual(anInstance([eth0]));
  });

  it('takes away at the first read where one is enough', () => {
    const before = anInstance([eth0, eth1(['10.0.1.20'])]);

    const belief = believe({ believed: before, missing: new Map() }, anInstance([eth0]), minute(1), {
      ...settings,
      agreeingReads: 1,
    });

    expect(belief.believed).toEqual(anInstance([eth0]));
  });

  it('lets an address move to another NIC at once', () => {
    const eth2 = aNic('00:16:3e:00:00:03', { ipv4: aFamily(['10.0.1.30']) });
    const before = anInstance([eth0, eth1(['10.0.1.20', '10.0.1.21']), eth2]);
    const moved = { ...eth2, ipv4: aFamily(['10.0.1.30', '10.0.1.21']) };

    const belief = reads(before, anInstance([eth0, eth1(['10.0.1.20']), moved]));
    const fromGone = reads(before, anInstance([eth0, moved]));

    expect(addressesOf(belief, eth1Mac)).toEqual(['10.0.1.20']);
    expect(addressesOf(fromGone, eth1Mac)).toEqual(['10.0.1.20']);
  });

  it('keeps what a read does not say', () => {
    const known = eth1(['10.0.1.20'], {
      id: 'eni-1',
      mtu: 8500,
      ipv4: aFamily(['10.0.1.20'], {
        prefixLength: 24,
        subnet: aPrefix('10.0.1.0/24'),
        gateway: anAddress('10.0.1.253'),
      }),
      ipv6: aFamily(['2001:db8::1'], { dhcp: true }),
    });
    const unsaid = aNic(eth1Mac, {
      ipv4: aFamily(null, { prefixes: null }),
      ipv6: aFamily(null, { prefixes: null, dhcp: false }),
    });
    const before = anInstance([eth0, known], { dns: [anAddress('100.100.2.136')] });
    const silent = anInstance([eth0, unsaid], { instanceId: null });

    const belief = reads(before, silent, silent, silent);

    expect(belief.believed).toEqual(before);
    expect([belief.changed, belief.awaiting]).toEqual([false, []]);
  });

  it('goes on counting after a read that did not say', () => {
    const both = anInstance([eth0, eth1(['10.0.1.20', '10.0.1.21'])]);
    const one = anInstance([eth0, eth1(['10.0.1.20'])]);
    const silent = anInstance([eth0, eth1(null)]);

    expect(addressesOf(reads(both, one, silent), eth1Mac)).toEqual(['10.0.1.20', '10.0.1.21']);
    expect(addressesOf(reads(both, one, silent, one), eth1Mac)).toEqual(['10.0.1.20']);
  });

  it('keeps how IPv6 is served as long as its addresses are believed', () => {
    const dual = eth1(['10.0.1.20'], { ipv6: aFamily(['2001:db8::1'], { dhcp: true }) });
    const single = eth1(['10.0.1.20']);

    expect(
      reads(anInstance([eth0, dual]), anInstance([eth0, single])).believed.interfaces[1]?.ipv6.dhcp,
    ).toBe(true);
    const twice = reads(anInstance([eth0, dual]), anInstance([eth0, single]), anInstance([eth0, single]));
    expect(twice.believed.interfaces[1]?.ipv6).toMatchObject({ dhcp: false, addresses: [] });
  });

  it('is not moved by another order of NICs and further addresses', () => {
    const eth2 = aNic('00:16:3e:00:00:03');
    const before = anInstance([eth0, eth1(['10.0.1.20', '10.0.1.21', '10.0.1.22']), eth2]);
    const shuffled = anInstance([eth0, eth2, eth1(['10.0.1.20', '10.0.1.22', '10.0.1.21'])]);

    expect(reads(before, shuffled)).toMatchObject({ changed: false, believed: before });
  });

  it('takes another primary private address at once', () => {
    const before = anInstance([eth0, eth1(['10.0.1.20', '10.0.1.21'])]);

    expect(addressesOf(reads(before, anInstance([eth0, eth1(['10.0.1.21', '10.0.1.20'])])), eth1Mac)).toEqual(
      ['10.0.1.21', '10.0.1.20'],
    );
  });

  it('takes nothing from a read as of boot but NICs that are not known', () => {
    const eth2 = aNic('00:16:3e:00:00:03', { ipv4: aFamily(['10.0.1.30']) });
    const now = anInstance([eth0, eth1(['10.0.1.20', '10.0.1.21'])]);
    const atBoot = anInstance([eth0, eth1(['10.0.1.29']), eth2], { asOf: 'boot' });
    const bare = anInstance([eth0], { asOf: 'boot' });

    const added = anInstance([eth0, eth1(['10.0.1.20', '10.0.1.21']), eth2]);
    expect(reads(now, atBoot, atBoot)).toMatchObject({ believed: added, missing: new Map() });
    expect(reads(now, bare, bare, bare)).toMatchObject({ believed: now, changed: false, awaiting: [] });
  });

  it('believes reads as of boot among themselves, and a later read of the cloud over them', () => {
    const atBoot = (list: readonly string[]) => anInstance([eth0, eth1(list)], { asOf: 'boot' });

    const renewed = reads(atBoot(['10.0.1.20']), atBoot(['10.0.1.29']), atBoot(['10.0.1.29']));
    expect(renewed.believed).toEqual(atBoot(['10.0.1.29']));
    const served = anInstance([eth0]);
    expect(reads(atBoot(['10.0.1.20']), served, served).believed).toEqual(served);
  });

  it.each<[string, InstanceNetwork]>([
    ['primary', anInstance([aNic('00:16:3e:00:00:09')])],
    ['cloud', anInstance([eth0], { cloud: 'unknown' })],
  ])('starts afresh on another %s', (_, network) => {
    const belief = reads(anInstance([eth0, eth1(['10.0.1.20'])]), network);

    expect(belief.believed).toEqual(network);
    expect(belief.missing.size).toBe(0);
  });
});

it('takes nothing away because one read tells another instance id', () => {
  const before = anInstance([eth0, eth1(['10.0.1.20'])]);
  const once = reads(before, anInstance([eth0], { instanceId: 'i-other' }));

  expect(once.believed).toEqual({ ...before, instanceId: 'i-other' });
  expect(once.awaiting).toEqual([`interface ${eth1([]).mac}`]);
});

describe('any sequence of reads of one machine', () => {
  const sameMachine = fc.array(instances, { minLength: 2, maxLength: 5 }).map((networks) =>
    networks.map((network) => {
      const others = network.interfaces.filter((nic) => !nic.primary && nic.mac !== eth0.mac);
      return anInstance([eth0, ...others], { dns: network.dns });
    }),
  );
  const things = (network: InstanceNetwork): Map<string, string> => {
    const found = new Map<string, string>();
    for (const nic of network.interfaces) {
      found.set(`interface ${nic.mac}`, nic.mac);
      for (const family of families) {
        for (const one of nic[family].addresses ?? []) found.set(`address ${one} of ${nic.mac}`, one);
        for (const one of nic[family].prefixes ?? []) found.set(`prefix ${one} of ${nic.mac}`, one);
      }
    }
    return found;
  };

  it('believes all that the last read lists', () => {
    fc.assert(
      fc.property(sameMachine, (networks) => {
        const believed = things(reads(...networks).believed);
        expect([...things(networks.at(-1)!).keys()].filter((thing) => !believed.has(thing))).toEqual([]);
      }),
    );
  });

  it('loses at one read nothing but what is listed for another NIC', () => {
    fc.assert(
      fc.property(sameMachine, ([first, second]) => {
        const elsewhere = new Set(things(second!).values());
        const believed = things(reads(first!, second!).believed);
        const lost = [...things(first!)].filter(
          ([thing, value]) => !believed.has(thing) && !elsewhere.has(value),
        );
        expect(lost).toEqual([]);
      }),
    );
  });

  it('comes to believe exactly what is read again and again', () => {
    fc.assert(
      fc.property(sameMachine, (networks) => {
        const last = networks.at(-1)!;
        const settled = reads(...networks, last, last);
        for (const nic of last.interfaces) {
          const believed = settled.believed.interfaces.find((one) => one.mac === nic.mac);
          for (const family of families) {
            const listed = nic[family].addresses;
            if (listed !== null) expect(new Set(believed?.[family].addresses)).toEqual(new Set(listed));
          }
        }
        expect(settled.believed.interfaces).toHaveLength(last.interfaces.length);
        expect(settled.awaiting).toEqual([]);
      }),
    );
  });

  it('is quiet when the same is read twice', () => {
    fc.assert(
      fc.property(sameMachine, (networks) => {
        const belief = reads(...networks, networks.at(-1)!, networks.at(-1)!, networks.at(-1)!);
        expect(belief.changed).toBe(false);
      }),
    );
  });
});
