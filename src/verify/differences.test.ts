import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DesiredFamily, DesiredInterface } from '../model/desired.ts';
import type { Difference } from '../model/difference.ts';
import type { KernelState } from '../model/kernel.ts';
import { commonsAfter, commonsOf } from './commons.ts';
import { type DifferenceContext, differences } from './differences.ts';
import { strangers } from './strangers.ts';
import {
  address,
  kernelOf,
  linkLines,
  macOf,
  networkOf,
  prefix,
  remembered,
  secondary,
  settled4,
  settled6,
  static4,
  static6,
} from './testing.ts';

const context: DifferenceContext = {
  gone: [],
  slots: new Map([[macOf(1), 1]]),
  tableBase: 21000,
  mirrored: [],
};
const nic = secondary(static4, static6);
const settled = kernelOf(linkLines(2), settled4, settled6);

/** The kernel with lines taken from or given to what `ip -4` prints; a line to take must be there. */
function edited(take: readonly string[], give: readonly string[] = [], ipv6 = settled6): KernelState {
  const left = settled4.split('\n').filter((line) => !take.some((text) => line.includes(text)));
  expect(settled4.split('\n').length - left.length).toBeGreaterThanOrEqual(take.length);
  return kernelOf(linkLines(2), [...left, ...give].join('\n'), ipv6);
}

function seen(
  kernel: KernelState,
  wanted: DesiredInterface = nic,
  more: Partial<DifferenceContext> = {},
): readonly string[] {
  return differences(kernel, networkOf(wanted), { ...context, ...more }).map(told);
}

function told(difference: Difference): string {
  return [difference.kind, ...difference.mend.map((command) => command.line)].join(' | ');
}

const dhcp4: DesiredFamily = { ...static4, method: 'dhcp', connected: 'main', further: [] };
const leased = secondary(dhcp4);
const leasedText = settled4
  .split('\n')
  .filter((line) => !/10\.0\.1\.21|to 10\.0\.1\.0|dev eth1 table|eth1$/.test(line))
  .join('\n')
  .concat(`
21997:	from all to 10.0.1.0/24 lookup main suppress_prefixlength 24
21998:	from 8.0.0.0/5 to 10.0.1.0/24 lookup 21000
default via 10.0.1.253 dev eth1 table 21001
10.0.1.0/24 dev eth1 table 21001 scope link
10.0.1.0/24 dev eth1 proto kernel scope link src 10.0.1.20
3: eth1    inet 10.0.1.20/24 brd 10.0.1.255 scope global eth1`);

describe('differences', () => {
  it('is empty when the kernel is as desired', () => {
    expect(seen(settled)).toEqual([]);
    expect(seen(kernelOf(linkLines(2), leasedText), leased)).toEqual([]);
  });

  it('lists a bare NIC in an order that one batch can run', () => {
    const bare = kernelOf(linkLines(2, ['eth1']), '0:\tfrom all lookup local');
    expect(seen(bare)).toEqual([
      'link-down | link set dev eth1 up',
      'address-missing | address replace 10.0.1.20/32 dev eth1',
      'address-missing | address replace 10.0.1.21/32 dev eth1',
      'address-missing | address replace 2001:db8:1::20/128 dev eth1 nodad',
      'route-missing | route replace 10.0.1.0/24 dev eth1 src 10.0.1.20 table 21001',
      'route-missing | route replace 2001:db8:1::/64 dev eth1 src 2001:db8:1::20 table 21001',
      'route-missing | route replace 0.0.0.0/0 via 10.0.1.253 dev eth1 onlink src 10.0.1.20 table 21001',
      'route-missing | route replace ::/0 via fe80::1 dev eth1 src 2001:db8:1::20 table 21001',
      'rule-missing | rule add from 10.0.1.20/32 lookup 21001 priority 21001',
      'rule-missing | rule add from 10.0.1.21/32 lookup 21001 priority 21001',
      'rule-missing | rule add from 0.0.0.0/32 to 10.0.1.0/24 lookup 254 suppress_prefixlength 24 priority 21997',
      'rule-missing | rule add from 0.0.0.0/32 to 10.0.1.0/24 lookup 21001 priority 21998',
      'rule-missing | rule add from 2001:db8:1::20/128 lookup 21001 priority 21001',
      'rule-missing | rule add from ::/1 to 2001:db8:1::/64 lookup 254 priority 21996',
      'rule-missing | rule add from 8000::/1 to 2001:db8:1::/64 lookup 254 priority 21996',
      'rule-missing | rule add to 2001:db8:1::/64 lookup 254 suppress_prefixlength 64 priority 21997',
      'rule-missing | rule add to 2001:db8:1::/64 lookup 21001 priority 21998',
    ]);
  });
});

describe('links', () => {
  it('says what is missing and does nothing for it', () => {
    const alone = kernelOf(linkLines(1), '0:\tfrom all lookup local');
    expect(seen(alone, secondary(static4)).filter((line) => !line.startsWith('rule-'))).toEqual([
      'link-missing',
    ]);
  });

  it('does not take another NIC of the same name for it', () => {
    const other = kernelOf(linkLines(2).replace(macOf(1), macOf(7)), settled4, settled6);
    expect(seen(other)).toEqual(['link-missing']);
  });

  it('makes a VLAN and all on it in one go', () => {
    const vlan = {
      ...secondary({ ...static4, further: [] }),
      name: 'eth0.100',
      vlan: { parent: 'eth0', parentMac: macOf(0), id: 100 },
      routes: [],
      rules: [],
    };
    expect(seen(kernelOf(linkLines(1), ''), vlan)).toEqual([
      'link-missing | link add link eth0 name eth0.100 address 00:16:3e:00:00:01 type vlan id 100 | link set dev eth0.100 up',
      'address-missing | address replace 10.0.1.20/32 dev eth0.100',
    ]);
  });

  it('mends the MTU', () => {
    expect(seen(settled, { ...nic, mtu: 8500 })).toEqual(['mtu | link set dev eth1 mtu 8500']);
  });
});

describe('VLANs', () => {
  const vlan = {
    ...secondary(null),
    name: 'eth0.100',
    mtu: 1400,
    vlan: { parent: 'eth0', parentMac: macOf(0), id: 100 },
  };
  const line = (name: string, mac: number, id: number) =>
    `9: ${name}: <BROADCAST,UP,LOWER_UP> mtu 1400 qdisc noqueue state UP \\    link/ether ${macOf(mac)} brd ff:ff:ff:ff:ff:ff \\    vlan protocol 802.1Q id ${id} <REORDER_HDR>`;
  const kernelWith = (...lines: readonly string[]) => kernelOf([linkLines(1), ...lines].join('\n'), '');
  const make = 'link add link eth0 name eth0.100 address 00:16:3e:00:00:01 mtu 1400 type vlan id 100';

  it('are right with their id, parent and MAC', () => {
    expect(seen(kernelWith(line('eth0.100@eth0', 1, 100)), vlan)).toEqual([]);
  });

  it.each([
    ['another MAC', line('eth0.100@eth0', 5, 100), 'link set dev eth0.100 address 00:16:3e:00:00:01'],
    ['another id', line('eth0.100@eth0', 1, 7), `link del dev eth0.100 | ${make} | link set dev eth0.100 up`],
    [
      'another parent',
      line('eth0.100@eth7', 1, 100),
      `link del dev eth0.100 | ${make} | link set dev eth0.100 up`,
    ],
    [
      'its former id',
      line('eth0.99@eth0', 1, 99),
      `link del dev eth0.99 | ${make} | link set dev eth0.100 up`,
    ],
  ])('with %s are made right', (_what, there, mend) => {
    expect(seen(kernelWith(there), vlan)).toEqual([`link-wrong | ${mend}`]);
  });

  it('that nobody wants any more go last, and their addresses with them', () => {
    const gone = [{ name: 'eth0.100', mac: macOf(1), table: 21001, present: true, isMade: true }];
    const kernel = kernelOf(
      [linkLines(1), line('eth0.100@eth0', 1, 100)].join('\n'),
      '21001:\tfrom 10.0.1.20 lookup 21001\n9: eth0.100    inet 10.0.1.20/32 scope global eth0.100\n',
    );
    const left = differences(kernel, networkOf(), { ...context, ...remembered(nic), gone });
    expect(left.map(told)).toEqual([
      'rule-surplus | rule del priority 21001 from 10.0.1.20 lookup 21001',
      'link-surplus | link del dev eth0.100',
    ]);
  });

  it('of somebody else stay when a NIC of that name goes', () => {
    const gone = [{ name: 'eth0.100', mac: macOf(1), table: 21001, present: true }];
    const kernel = kernelWith(line('eth0.100@eth0', 1, 100));
    expect(differences(kernel, networkOf(), { ...context, gone })).toEqual([]);
  });
});

describe('addresses', () => {
  it('leaves the lease to the DHCP client', () => {
    const text = leasedText
      .replace(/^3: eth1 .*$/m, '')
      .replace(/^10\.0\.1\.0\/24 dev eth1 proto kernel.*$/m, '');
    expect(seen(kernelOf(linkLines(2), text), leased)).toEqual(['address-missing']);
  });

  it('corrects the length of an address of ours without losing it', () => {
    const four = edited(['3: eth1    inet 10.0.1.21'], ['3: eth1    inet 10.0.1.21/24 scope global eth1']);
    expect(seen(four)).toEqual([
      'address-surplus | address replace 10.0.1.21/32 dev eth1 | address del 10.0.1.21/24 dev eth1',
    ]);
    const six = edited([], [], settled6.replace('2001:db8:1::20/128 scope', '2001:db8:1::20/64 scope'));
    expect(seen(six)).toEqual([
      'address-surplus | address del 2001:db8:1::20/64 dev eth1 | address replace 2001:db8:1::20/128 dev eth1 nodad',
    ]);
  });

  it('leaves a wrong length that a lease keeps', () => {
    const kept = edited(
      ['3: eth1    inet 10.0.1.21'],
      ['3: eth1    inet 10.0.1.21/24 scope global dynamic eth1'],
    );
    expect(seen(kept)).toEqual([]);
  });

  it('says so when another machine has the address', () => {
    const taken = settled6.replace(
      '2001:db8:1::20/128 scope global',
      '2001:db8:1::20/128 scope global tentative dadfailed',
    );
    expect(seen(edited([], [], taken))).toEqual(['address-conflict']);
    // its routes wait: the kernel refuses a source that another machine has
    const without = taken.replace(/^.*table 21001 src 2001.*\n/gm, '');
    expect(seen(edited([], [], without))).toEqual(['address-conflict']);
  });

  it('waits for the lease where nobody else knows the address', () => {
    const unknown = { ...dhcp4, address: null };
    const nobody = secondary(unknown);
    const held = (line: string) => kernelOf(linkLines(2), `0:\tfrom all lookup local\n${line}`);
    const kinds = (line: string, wanted = nobody) =>
      seen(held(line), wanted).filter((text) => /^(address|route)/.test(text));
    expect(kinds('')).toEqual(['address-missing']);
    expect(kinds('3: eth1    inet 169.254.7.7/16 scope link eth1')).toEqual(['address-missing']);
    expect(kinds('2: eth0    inet 10.0.1.20/24 scope global eth0')).toEqual(['address-missing']);
    expect(
      kinds(
        '3: eth1    inet 10.0.1.21/32 scope global eth1',
        secondary({ ...unknown, further: static4.further }),
      ),
    ).toEqual(['address-missing']);
    expect(kinds('3: eth1    inet 10.0.1.99/24 scope global eth1')).toEqual([
      'route-missing | route replace 10.0.1.0/24 dev eth1 table 21001',
      'route-missing | route replace 0.0.0.0/0 via 10.0.1.253 dev eth1 table 21001',
    ]);
  });

  it('takes away what was ours, rule first, and leaves what was not', () => {
    const more = edited(
      [],
      [
        '21001:\tfrom 10.0.1.22 lookup 21001',
        '3: eth1    inet 10.0.1.22/32 scope global eth1',
        '3: eth1    inet 10.0.1.100/32 scope global eth1', // a virtual address of keepalived
        '3: eth1    inet 10.0.1.101/24 scope global secondary eth1',
        '2: eth0    inet 10.0.0.12/32 scope global eth0',
      ],
    );
    const former = remembered(secondary({ ...static4, further: [address('10.0.1.22')] }));
    expect(seen(more, nic, former)).toEqual([
      'rule-surplus | rule del priority 21001 from 10.0.1.22 lookup 21001',
      'address-surplus | address del 10.0.1.22/32 dev eth1',
    ]);
    expect(seen(more, nic, remembered(nic))).toEqual([]);
  });

  it('gives an address that the metadata does not list its rule, and never removes it', () => {
    const line = '3: eth1    inet 10.0.1.77/32 scope global eth1';
    const there = edited([], [line]);
    const rule = {
      family: 'ipv4' as const,
      priority: 21001,
      from: prefix('10.0.1.77/32'),
      to: null,
      table: 21001,
      suppressPrefixLength: null,
    };
    const wanted = { ...remembered(nic), unlisted: [rule] };
    expect(seen(there, nic, wanted)).toEqual([
      'rule-missing | rule add from 10.0.1.77/32 lookup 21001 priority 21001',
    ]);
    const ruled = '21001:\tfrom 10.0.1.77 lookup 21001';
    const set = {
      ...wanted,
      sources: new Map([[nic.mac, [...(wanted.sources.get(nic.mac) ?? []), rule.from]]]),
    };
    expect(seen(edited([], [line, ruled]), nic, set)).toEqual([]);
    const left = { ...set, unlisted: [] };
    expect(seen(edited([], [ruled]), nic, left)).toEqual([
      'rule-surplus | rule del priority 21001 from 10.0.1.77 lookup 21001',
    ]);
    // of the same form, and a person's: neither it nor the address goes
    expect(seen(edited([], [line, ruled]), nic, remembered(nic))).toEqual([]);
    const gone = [{ name: 'eth1', mac: macOf(1), table: 21001, present: true }];
    const detached = differences(edited([], [line, ruled]), networkOf(), { ...context, ...set, gone }).map(
      told,
    );
    expect(detached.filter((text) => text.includes('10.0.1.77'))).toEqual([
      'rule-surplus | rule del priority 21001 from 10.0.1.77 lookup 21001',
    ]);
  });
});

describe('routes', () => {
  it('sees a missing one and one by another gateway or device', () => {
    expect(seen(edited(['10.0.1.0/24 dev eth1 table']))).toEqual([
      'route-missing | route replace 10.0.1.0/24 dev eth1 src 10.0.1.20 table 21001',
    ]);
    const other = edited(
      ['default via 10.0.1.253'],
      ['default via 10.0.1.1 dev eth1 table 21001', 'default via 10.0.0.253 dev eth0 table 21001 metric 9'],
    );
    expect(seen(other)).toEqual([
      'route-wrong | route del default table 21001 via 10.0.1.1 dev eth1 | route replace 0.0.0.0/0 via 10.0.1.253 dev eth1 onlink src 10.0.1.20 table 21001',
    ]);
  });

  it('removes one beside the right one that is preferred to it or was set by us, and leaves a spare one of somebody', () => {
    const spare = edited([], ['default via 10.0.1.1 dev eth1 table 21001 metric 9']);
    expect(seen(spare)).toEqual([]);
    expect(seen(spare, nic, { commons: ['ipv4 route 0.0.0.0/0 via 10.0.1.1 dev eth1 table 21001'] })).toEqual(
      ['route-wrong | route del default table 21001 via 10.0.1.1 dev eth1 metric 9'],
    );
    const ours = 'default via 10.0.1.253 dev eth1 table 21001 src 10.0.1.20 onlink';
    const preferred = edited(
      ['default via 10.0.1.253'],
      ['default via 10.0.1.1 dev eth1 table 21001', `${ours} metric 50`],
    );
    expect(seen(preferred)).toEqual(['route-wrong | route del default table 21001 via 10.0.1.1 dev eth1']);
  });

  it('takes surplus out of tables of ours and leaves what a lease or a mirror put there', () => {
    const kernel = edited(
      [],
      [
        '10.9.0.0/16 via 10.0.1.253 dev eth1 table 21001',
        '10.8.0.0/16 via 10.0.1.253 dev eth1 table 21001 proto dhcp',
        'default via 10.0.1.253 dev eth1 table 21001 proto dhcp metric 1024',
        'unreachable 10.7.0.0/16 table 21001',
        '10.0.1.253 dev eth1 table 21001 proto static metric 100', // the gateway's own
        '10.9.0.0/16 via 10.0.1.253 dev eth1 table 21002',
        '10.9.0.0/16 via 10.0.1.253 dev eth1 table 100',
      ],
    );
    const ours = remembered(nic);
    const route = 'ipv4 route 10.9.0.0/16 via 10.0.1.253 dev eth1 table 21001';
    const former = { ...ours, commons: [...ours.commons, route] };
    expect(seen(kernel, nic, former)).toEqual([
      'route-surplus | route del 10.9.0.0/16 table 21001 via 10.0.1.253 dev eth1',
    ]);
    expect(seen(kernel, nic, ours)).toEqual([]);
    expect(strangers(kernel, networkOf(nic), { ...context, ...ours })).toEqual([
      'route 10.9.0.0/16 table 21001 via 10.0.1.253 dev eth1 is not of enid: it is left as it is',
      'route unreachable 10.7.0.0/16 table 21001 is not of enid: it is left as it is',
    ]);
  });

  it('tells of rules of somebody else into our tables, and of none of ours', () => {
    const rules = [
      '500:\tfrom 10.0.1.77 lookup 21001',
      '21001:\tfrom 10.0.1.78 lookup 21001',
      '21002:\tfrom 10.9.0.0/16 lookup 21001',
      '600:\tfrom all fwmark 0x9 lookup 21001',
      '601:\tfrom 10.0.1.77 lookup 100',
    ];
    const memory = { ...context, ...remembered(nic) };
    expect(strangers(settled, networkOf(nic), memory)).toEqual([]);
    expect(
      strangers(edited([], rules), networkOf(nic), memory).map((text) => text.replace(/ is not.*/, '')),
    ).toEqual([
      'rule priority 500 from 10.0.1.77 lookup 21001',
      'rule priority 21001 from 10.0.1.78 lookup 21001',
      'rule priority 21002 from 10.9.0.0/16 lookup 21001',
      'rule priority 600 from all fwmark 0x9 lookup 21001',
    ]);
    expect(seen(edited([], rules), nic, memory)).toEqual([]);
  });

  it('is silent about a route from an address that only the lease can bring', () => {
    const text = '0:\tfrom all lookup local\ndefault via 10.0.1.1 dev eth1 table 21001';
    expect(seen(kernelOf(linkLines(2), text), leased).filter((line) => !line.startsWith('rule'))).toEqual([
      'address-missing',
    ]);
  });

  it('appends to main, where replacing could hit the primary', () => {
    const metric = {
      ...secondary(static4),
      routes: [
        {
          family: 'ipv4' as const,
          table: 254,
          destination: prefix('0.0.0.0/0'),
          via: address('10.0.1.253'),
          device: 'eth1',
          source: null,
          onlink: true,
          metric: 21001,
        },
      ],
    };
    const without = edited(['dev eth1 table'], [], '');
    const line =
      'route-missing | route append 0.0.0.0/0 via 10.0.1.253 dev eth1 onlink table 254 metric 21001';
    expect(seen(without, metric)).toEqual([line]);
    const held = edited(['dev eth1 table'], ['default via 10.0.1.253 dev eth1 metric 21001 onlink'], '');
    expect(seen(held, metric)).toEqual([]);
  });
});

describe('rules', () => {
  it('takes extra copies away, as old kernels make them', () => {
    const again = '21001:\tfrom 10.0.1.20 lookup 21001';
    expect(seen(edited([], [again, again]))).toEqual([
      'rule-duplicate | rule del priority 21001 from 10.0.1.20 lookup 21001 | rule del priority 21001 from 10.0.1.20 lookup 21001',
    ]);
  });

  it('leaves everything in the band that has not our form or no table of ours', () => {
    const foreign = [
      '21001:\tfrom 10.0.1.22 fwmark 0x1 lookup 21001',
      '21005:\tfrom 10.0.1.22 lookup 21005',
      '21001:\tfrom 10.0.1.22 lookup 21005',
      '21500:\tfrom all to 10.5.0.0/16 lookup 21001',
      '21999:\tfrom all to 10.5.0.0/16 lookup 21777',
      '100:\tfrom 10.0.1.20 lookup 100',
    ];
    expect(seen(edited([], foreign))).toEqual([]);
  });

  it('takes rules of 0.1.0 and of former subnets away, those that lead to a NIC first', () => {
    const former = [
      '21000:\tfrom 10.0.0.9 to 10.0.1.0/24 lookup main',
      '21000:\tfrom 10.0.0.10 to 10.0.1.0/24 lookup 21000',
      '21999:\tfrom all to 10.0.2.0/24 lookup 21001',
      '21998:\tfrom 0.0.0.0 to 10.0.2.0/24 lookup 21001',
    ];
    const before = differences(edited([], former), networkOf(nic), context);
    expect(before).toEqual([]); // set by somebody else, for all that is known
    const commons = [
      'ipv4 rule from 10.0.0.9/32 to 10.0.1.0/24 lookup 254 priority 21000',
      'ipv4 rule from 10.0.0.10/32 to 10.0.1.0/24 lookup 21000 priority 21000',
      'ipv4 rule to 10.0.2.0/24 lookup 21001 priority 21999',
      'ipv4 rule from 0.0.0.0/32 to 10.0.2.0/24 lookup 21001 priority 21998',
    ];
    expect(seen(edited([], former), nic, { commons })).toEqual([
      'rule-surplus | rule del priority 21999 from all to 10.0.2.0/24 lookup 21001',
      'rule-surplus | rule del priority 21998 from 0.0.0.0 to 10.0.2.0/24 lookup 21001',
      'rule-surplus | rule del priority 21000 from 10.0.0.9 to 10.0.1.0/24 lookup 254',
      'rule-surplus | rule del priority 21000 from 10.0.0.10 to 10.0.1.0/24 lookup 21000',
    ]);
  });

  it('adds the rules of today before those of 0.1.0 go', () => {
    const former = [
      '21000:\tfrom 10.0.0.10 to 10.0.1.0/24 lookup main',
      '21999:\tfrom all to 10.0.1.0/24 lookup 21001',
    ];
    const commons = [
      'ipv4 rule from 10.0.0.10/32 to 10.0.1.0/24 lookup 254 priority 21000',
      'ipv4 rule to 10.0.1.0/24 lookup 21001 priority 21999',
    ];
    expect(seen(edited(['21997:', '21998:'], former), nic, { commons })).toEqual([
      'rule-missing | rule add from 0.0.0.0/32 to 10.0.1.0/24 lookup 254 suppress_prefixlength 24 priority 21997',
      'rule-missing | rule add from 0.0.0.0/32 to 10.0.1.0/24 lookup 21001 priority 21998',
      'rule-surplus | rule del priority 21999 from all to 10.0.1.0/24 lookup 21001',
      'rule-surplus | rule del priority 21000 from 10.0.0.10 to 10.0.1.0/24 lookup 254',
    ]);
  });

  it('leaves the guards while a NIC with a slot waits for its metadata', () => {
    const slots = new Map([...context.slots, [macOf(2), 2]]);
    const waiting = [
      '21000:\tfrom 10.0.0.10 to 10.0.2.0/24 lookup main',
      '21002:\tfrom 10.0.2.20 lookup 21002',
      '21999:\tfrom all to 10.0.2.0/24 lookup 21002',
    ];
    const commons = [
      'ipv4 rule from 10.0.0.10/32 to 10.0.2.0/24 lookup 254 priority 21000',
      'ipv4 rule to 10.0.2.0/24 lookup 21002 priority 21999',
    ];
    const sources = new Map([[macOf(2), [prefix('10.0.2.20/32')]]]);
    expect(seen(edited([], waiting), nic, { slots, commons, sources })).toEqual([]);
    // a rule that a person made into the table of a detached NIC is nothing to wait for
    expect(seen(edited([], waiting), nic, { slots, commons })).toHaveLength(2);
    expect(commonsAfter(commons, networkOf(nic), edited([], waiting), 21000)).toEqual([
      ...commonsOf(networkOf(nic)),
      ...commons,
    ]);
    const left = [waiting[0] ?? '', waiting[2] ?? ''];
    expect(seen(edited([], left), nic, { slots, commons })).toHaveLength(2);
    expect(seen(edited([], left), nic, { slots })).toEqual([]);
    expect(commonsAfter(commons, networkOf(nic), settled, 21000)).toEqual(commonsOf(networkOf(nic)));
  });
});

describe('the table that all NICs share', () => {
  const ours = {
    ...leased,
    routes: [
      ...leased.routes,
      {
        family: 'ipv4' as const,
        table: 21000,
        destination: prefix('10.0.0.0/24'),
        via: null,
        device: 'eth0',
        source: address('10.0.0.10'),
        onlink: false,
        metric: 0,
      },
    ],
  };
  const text = `${leasedText}
10.0.0.0/24 dev eth0 table 21000 scope link src 10.0.0.10
10.0.7.0/24 dev eth0 table 21000 scope link src 10.0.0.10
default via 10.0.0.253 dev eth0 table 21000`;

  it('is remembered route by route, and only what is remembered goes', () => {
    const kernel = kernelOf(linkLines(2), text);
    expect(commonsOf(networkOf(ours)).filter((entry) => entry.endsWith(' table 21000'))).toEqual([
      'ipv4 route 10.0.0.0/24 dev eth0 table 21000',
    ]);
    expect(seen(kernel, ours)).toEqual([]);
    const commons = [
      ...commonsOf(networkOf(ours)),
      'ipv4 route 0.0.0.0/0 via 10.0.0.253 dev eth0 table 21000',
    ];
    expect(seen(kernel, ours, { commons })).toEqual([
      'route-surplus | route del default table 21000 via 10.0.0.253 dev eth0',
    ]);
  });
});

describe('what a gone NIC leaves', () => {
  const gone = [{ name: 'eth1', mac: macOf(1), table: 21001, present: false }];
  const memory = remembered(nic);

  it('goes by number when the link is gone', () => {
    const rules = settled4.split('\n').filter((line) => /^\d+:\t|eth0/.test(line));
    const kernel = kernelOf(linkLines(1), rules.join('\n'));
    const left = differences(kernel, networkOf(), { ...context, ...memory, gone });
    expect(left.map(told)).toEqual([
      'rule-surplus | rule del priority 21001 from 10.0.1.20 lookup 21001',
      'rule-surplus | rule del priority 21001 from 10.0.1.21 lookup 21001',
      'rule-surplus | rule del priority 21998 from 0.0.0.0 to 10.0.1.0/24 lookup 21001',
      'rule-surplus | rule del priority 21997 from 0.0.0.0 to 10.0.1.0/24 lookup 254 suppress_prefixlength 24',
    ]);
  });

  it('goes with routes and addresses when the link stays', () => {
    const handed = { gone: [{ name: 'eth1', mac: macOf(1), table: 21001, present: true }] };
    const left = differences(settled, networkOf(), { ...context, ...memory, ...handed }).map(told);
    expect(left.filter((line) => line.startsWith('route'))).toHaveLength(4);
    expect(left.filter((line) => line.startsWith('address'))).toEqual([
      'address-surplus | address del 10.0.1.20/32 dev eth1',
      'address-surplus | address del 10.0.1.21/32 dev eth1',
      'address-surplus | address del 2001:db8:1::20/128 dev eth1',
    ]);
  });

  it('is nothing of a NIC that is only not desired at the moment', () => {
    expect(differences(settled, networkOf(), context)).toEqual([]);
  });
});

describe('leaks into main', () => {
  it.each([
    ['default via 10.0.1.253 dev eth1', 'default-stolen'],
    ['default via 10.0.1.253 dev eth1 metric 500 proto dhcp', 'default-stolen'],
    ['128.0.0.0/1 via 10.0.1.253 dev eth1', 'default-stolen'],
    ['10.77.0.0/16 via 10.0.1.253 dev eth1 proto dhcp', 'leak-into-main'],
    ['169.254.169.254 via 10.0.1.253 dev eth1', 'leak-into-main'],
    ['169.254.0.0/16 dev eth1 scope link metric 1003', 'leak-into-main'],
    ['10.0.1.0/24 dev eth1 proto kernel scope link src 10.0.1.20', 'leak-into-main'],
  ])('finds %s by a static NIC', (line, kind) => {
    const [difference, ...more] = differences(edited([], [line]), networkOf(nic), context);
    expect(more).toEqual([]);
    expect(difference).toMatchObject({ kind, mac: macOf(1) });
    expect(difference?.mend).toHaveLength(1);
    expect(difference?.mend[0]?.line).toMatch(/^route del /);
  });

  it.each([
    '10.77.0.0/16 via 10.0.1.7 dev eth1 proto static',
    '224.0.0.0/4 dev eth1 scope link',
    '10.77.0.0/16 via 10.0.1.7 dev eth1 table 100 proto dhcp',
    'default via 10.0.0.252 dev eth0 metric 500',
    'unreachable default metric 4278198272',
  ])('leaves %s', (line) => {
    expect(seen(edited([], [line]))).toEqual([]);
  });

  it('leaves the subnet of an address that a person added', () => {
    const lines = [
      '192.168.5.0/24 dev eth1 proto kernel scope link src 192.168.5.1',
      '3: eth1    inet 192.168.5.1/24 scope global eth1',
    ];
    expect(seen(edited([], lines))).toEqual([]);
  });

  it('keeps the NIC’s own subnet out of main, also where somebody gives an address its length', () => {
    const address = '3: eth1    inet 10.0.1.77/24 scope global eth1';
    const connected = '10.0.1.0/24 dev eth1 proto kernel scope link src 10.0.1.77';
    expect(seen(edited([], [address, connected]))).toEqual([
      'leak-into-main | route del 10.0.1.0/24 dev eth1 proto kernel scope link src 10.0.1.77',
    ]);
  });

  it.each([
    ['default via fe80::9 dev eth1 proto ra metric 1024 expires 1700sec', 'default-stolen'],
    ['default via fe80::9 dev eth1 proto kernel metric 1024 expires 1700sec', 'default-stolen'],
    ['2001:db8:1::/64 dev eth1 proto kernel metric 256 expires 2000sec', 'leak-into-main'],
    ['2001:db8:7::/48 via fe80::9 dev eth1 proto ra metric 1024', 'leak-into-main'],
  ])('finds %s by IPv6', (line, kind) => {
    const kernel = edited([], [], `${settled6}${line}\n`);
    expect(differences(kernel, networkOf(nic), context).map((entry) => entry.kind)).toEqual([kind]);
  });

  it('finds every other route where the DHCP client marks none, and leaves the connected one', () => {
    const kernel = kernelOf(linkLines(2), `${leasedText}\n10.77.0.0/16 via 10.0.1.253 dev eth1\n`);
    expect(seen(kernel, leased)).toEqual(['leak-into-main | route del 10.77.0.0/16 via 10.0.1.253 dev eth1']);
  });

  it('takes its way out of a multipath default and leaves the primary’s', () => {
    const line =
      'default proto static \\\tnexthop via 10.0.0.253 dev eth0 weight 1 \\\tnexthop via 10.0.1.253 dev eth1 weight 1';
    expect(seen(edited(['default via 10.0.0.253'], [line]))).toEqual([
      'default-stolen | route replace default proto static nexthop via 10.0.0.253 dev eth0 weight 1',
    ]);
  });
});

describe('mirrored routes', () => {
  const docker = {
    family: 'ipv4' as const,
    table: 21001,
    destination: prefix('172.17.0.0/16'),
    words: 'dev docker0',
  };

  it('come and go', () => {
    expect(seen(settled, nic, { mirrored: [docker] })).toEqual([
      'mirror-missing | route replace 172.17.0.0/16 table 21001 proto 210 dev docker0',
    ]);
    const held = edited([], ['172.17.0.0/16 dev docker0 table 21001 proto 210 scope link linkdown']);
    expect(seen(held, nic, { mirrored: [docker] })).toEqual([]);
    expect(seen(held)).toEqual([
      'mirror-surplus | route del 172.17.0.0/16 table 21001 dev docker0 proto 210 scope link',
    ]);
  });
});

describe('sysctls', () => {
  const key = 'net/ipv4/conf/eth1/rp_filter';
  const network = { ...networkOf(nic), sysctls: [{ key, value: '2', mac: macOf(1) }] };

  it.each([
    ['1', 1],
    ['2', 0],
    [null, 0],
    [undefined, 0],
  ])('with the value %s', (value, count) => {
    const sysctls = new Map(value === undefined ? [] : [[key, value]]);
    expect(differences(settled, network, { ...context, sysctls })).toHaveLength(count);
  });
});

describe('whatever the kernel holds', () => {
  const foreign4 = [
    '100:\tfrom all lookup 100',
    '21001:\tfrom 10.0.1.22 iif eth1 lookup 21001',
    '21777:\tfrom 10.7.0.1 lookup 21777',
    'default via 10.0.0.252 dev eth0 metric 900',
    '10.60.0.0/16 via 10.0.0.7 dev eth0 proto static',
    '10.61.0.0/16 via 10.0.1.7 dev eth1 proto static',
    'default via 10.0.1.7 dev eth1 table 777',
    'default via 10.0.9.253 dev eth9 table 21777',
    '2: eth0    inet 10.0.0.11/32 scope global eth0',
    '3: eth1    inet 10.0.1.100/32 scope global eth1',
  ];
  const own = settled4.split('\n').filter((line) => /eth1|2[12]\d\d\d:/.test(line));

  it('finds each thing of ours that is missing, and never touches what is not ours', () => {
    fc.assert(
      fc.property(fc.subarray(own), fc.subarray(foreign4), (missing, foreign) => {
        const rest = settled4.split('\n').filter((line) => !missing.includes(line));
        const kernel = kernelOf(linkLines(2), [...rest, ...foreign].join('\n'), settled6);
        const found = differences(kernel, networkOf(nic), context);
        expect(found.every((entry) => entry.kind.endsWith('-missing'))).toBe(true);
        expect(found).toHaveLength(missing.length);
        expect(
          found.flatMap((entry) => entry.mend).filter((command) => command.line.includes(' del ')),
        ).toEqual([]);
      }),
    );
  });
});
