import { describe, expect, it } from 'vitest';
import type { InstanceFamily, InstanceInterface, InstanceNetwork } from '../model/instance.ts';
import { emptyState } from '../model/state.ts';
import { kernelOf, linkLines, macOf } from '../verify/testing.ts';
import type { Machine } from './carried.ts';
import { contradiction } from './contradiction.ts';
import { aFamily, aNic, anInstance, aPrefix } from './testing.ts';

/** A NIC of the metadata, in 10.0.N.0/24 and 2001:db8:N::/64. */
function nic(number: number, more: Partial<InstanceFamily> = {}): InstanceInterface {
  const subnet = aPrefix(`10.0.${number}.0/24`);
  return aNic(macOf(number), { ipv4: aFamily([`10.0.${number}.10`], { subnet, ...more }) });
}

const truth = anInstance([nic(0), nic(1)]);
const named = (number: number, network: InstanceNetwork = truth): InstanceNetwork => ({
  ...network,
  primaryMac: macOf(number),
  interfaces: network.interfaces.map((one) => ({ ...one, primary: one.mac === macOf(number) })),
});

const default0 = 'default via 10.0.0.253 dev eth0 proto dhcp\n';
const default1 = 'default via 10.0.1.253 dev eth1 proto dhcp\n';
const own0 = '2: eth0    inet 10.0.0.10/24 scope global dynamic eth0\n';
const own1 = '3: eth1    inet 10.0.1.10/24 scope global dynamic eth1\n';
const enid1 = '21001: from 10.0.1.10 lookup 21001\n3: eth1    inet 10.0.1.10/32 scope global eth1\n';
const known = { primary: { mac: macOf(0), by: 'kernel' as const } };

function machine(
  lines4: string,
  state: Partial<Machine['state']> = {},
  lines6 = '',
  links = linkLines(2),
): Machine {
  return { kernel: kernelOf(links, lines4, lines6), state: { ...emptyState, ...state }, tableBase: 21000 };
}

function judged(read: InstanceNetwork, shown: Machine): string | null {
  const found = contradiction(read, shown);
  if (found === null) return null;
  expect(found.problem).toMatchObject({ code: 'metadata-disagrees', advice: /nothing is changed/ });
  const until = found.until === null ? '' : ` until ${found.until}`;
  return `${found.problem.place}: ${found.problem.message}${until}`;
}

const swapped = (family: InstanceFamily, other: InstanceFamily): InstanceNetwork =>
  anInstance([
    { ...nic(0), ipv4: other },
    { ...nic(1), ipv4: family },
  ]);
const six = (number: number) =>
  aNic(macOf(number), {
    ipv6: aFamily([`2001:db8:${number}::10`], { subnet: aPrefix(`2001:db8:${number}::/64`) }),
  });
const six0 = 'default via fe80::1 dev eth0 proto ra\n2: eth0    inet6 2001:db8::10/64 scope global dynamic\n';

describe('what is unknown', () => {
  const lies: readonly (readonly [string, InstanceNetwork, Machine, string])[] = [
    [
      'a primary that is no NIC of this machine',
      { ...truth, primaryMac: macOf(7) },
      machine(`${default0}${own0}`),
      'primaryMac: names 00:16:3e:00:00:07, and no NIC has this MAC',
    ],
    ...(['i-1', 'i-9', null] as const).map(
      (instanceId) =>
        [
          `another primary than the one known by the kernel, instance ${instanceId}`,
          { ...named(1), instanceId },
          machine(`${default0}${own0}${enid1}`, {
            ...known,
            believed: truth,
            names: new Map([[macOf(1), 'eth1']]),
          }),
          'primaryMac: names eth1 (00:16:3e:00:00:01); the primary of this machine is eth0 (00:16:3e:00:00:00)',
        ] as const,
    ),
    [
      'another primary than the one known, with both NICs up by the distribution',
      named(1),
      machine(`${default0}${own0}${own1}`, known),
      'primaryMac: names eth1 (00:16:3e:00:00:01); the primary of this machine is eth0 (00:16:3e:00:00:00)',
    ],
    [
      'on the very first run a primary without an address, while another NIC has the default route',
      named(1),
      machine(`${default0}${own0}`),
      'primaryMac: names eth1 (00:16:3e:00:00:01), which has no address; the default route leaves by eth0 (00:16:3e:00:00:00)',
    ],
    [
      'the same in IPv6',
      named(1, anInstance([six(0), six(1)])),
      machine('', {}, six0),
      'primaryMac: names eth1 (00:16:3e:00:00:01), which has no address; the default route leaves by eth0 (00:16:3e:00:00:00)',
    ],
    [
      'swapped MACs, of which the kernel shows both',
      swapped(nic(0).ipv4, nic(1).ipv4),
      machine(`${default0}${own0}${own1}`),
      'eth0 (00:16:3e:00:00:00) ipv4.addresses: has 10.0.0.10, which the metadata lists for eth1 (00:16:3e:00:00:01)',
    ],
    [
      'swapped MACs, of which the kernel shows the primary',
      swapped(nic(0).ipv4, nic(1).ipv4),
      machine(`${default0}${own0}`),
      'eth0 (00:16:3e:00:00:00) ipv4.addresses: has 10.0.0.10, which the metadata lists for eth1 (00:16:3e:00:00:01)',
    ],
    [
      'swapped MACs in IPv6',
      anInstance([
        { ...six(0), ipv6: six(1).ipv6 },
        { ...six(1), ipv6: six(0).ipv6 },
      ]),
      machine('', {}, six0),
      'eth0 (00:16:3e:00:00:00) ipv6.addresses: has 2001:db8::10, which the metadata lists for eth1 (00:16:3e:00:00:01)',
    ],
    [
      'the primary in another subnet than its lease',
      anInstance([nic(0, nic(5).ipv4)]),
      machine(`${default0}${own0}`),
      'eth0 (00:16:3e:00:00:00) ipv4.addresses: has the default route with 10.0.0.10/24, and the metadata says 10.0.5.10 in 10.0.5.0/24',
    ],
    [
      'the same by configuration, and with a length alone',
      anInstance([nic(0, { ...nic(5).ipv4, subnet: null, prefixLength: 24 })]),
      machine(`${default0}${own0}`.replace(' proto dhcp', '').replace(' dynamic', '')),
      'eth0 (00:16:3e:00:00:00) ipv4.addresses: has the default route with 10.0.0.10/24, and the metadata says 10.0.5.10/24',
    ],
    [
      'a primary that was not named before, as long as reads have not agreed',
      named(1),
      machine(`${default0}${own0}${own1}`, { believed: truth }),
      'primaryMac: names eth1 (00:16:3e:00:00:01), and named eth0 (00:16:3e:00:00:00) before until primary 00:16:3e:00:00:00',
    ],
  ];
  it.each(lies)('%s', (_, read, shown, text) => {
    expect(judged(read, shown)).toBe(text);
  });
});

describe('what goes on working', () => {
  const host = '2: eth0    inet 10.0.0.99/32 scope global eth0\n';
  const ula = '2: eth0    inet6 fd00::1/64 scope global\ndefault via fe80::1 dev eth0 proto ra\n';
  const truths: readonly (readonly [string, InstanceNetwork, Machine])[] = [
    ['metadata and kernel agree', truth, machine(`${default0}${own0}${enid1}`, known)],
    ['a kernel that shows nothing yet, early in boot', truth, machine('')],
    [
      'an address changed in the cloud, the lease not yet renewed',
      anInstance([nic(0, { addresses: nic(0, aFamily(['10.0.0.77'])).ipv4.addresses })]),
      machine(`${default0}${own0}`, known),
    ],
    [
      'the same where metadata says no subnet',
      anInstance([nic(0, { ...aFamily(['10.0.0.77']), subnet: null })]),
      machine(`${default0}${own0}`, known),
    ],
    [
      'a lease renewed with an address that metadata does not list yet',
      truth,
      machine(`${default0}${own0}`.replace('10.0.0.10/24', '10.0.0.77/24'), known),
    ],
    [
      'secondary addresses of the primary, set by nobody yet',
      anInstance([nic(0, aFamily(['10.0.0.10', '10.0.0.11']))]),
      machine(`${default0}${own0}`),
    ],
    [
      'metadata that lists no addresses',
      anInstance([nic(0, { addresses: null, subnet: null }), nic(1, { addresses: [], subnet: null })]),
      machine(`${default0}${own0}${own1}`),
    ],
    [
      'a stale static address on a secondary, as a cloned image has it',
      truth,
      machine(
        `${default0}${own0}${own1.replace('10.0.1.10/24 scope global dynamic', '192.168.7.7/24 scope global')}`,
      ),
    ],
    [
      'a virtual address of a person beside the listed one',
      truth,
      machine(`${default0}${own0}${host}3: eth1    inet 10.0.1.99/24 scope global eth1\n`),
    ],
    [
      'the primary private address of a secondary set on the primary as well, by hand',
      truth,
      machine(`${default0}${own0}${own1.replace('3: eth1', '2: eth0').replace(' dynamic eth1', ' eth0')}`),
    ],
    [
      'an IPv6 address of a person beside a router’s advertisement',
      anInstance([six(0)]),
      machine('', {}, ula),
    ],
    [
      'the default route by a tunnel, the primary idle',
      named(1),
      machine(
        `default dev tun0 scope link\n${own0}`,
        {},
        '',
        `${linkLines(2)}\n9: tun0: <UP> mtu 1500 \\    link/none`,
      ),
    ],
    ['the default route by a secondary, the primary up', truth, machine(`${default1}${own0}${own1}`)],
    [
      'the default route by a secondary, the primary down, as it was believed before',
      truth,
      machine(`${default1}${own1}`, { believed: truth }),
    ],
    ['the default route by both', truth, machine(`${default0}${default1}${own0}${own1}`)],
    [
      'what enid itself set by metadata that has changed since',
      anInstance([nic(0), nic(1, nic(5).ipv4)]),
      machine(`${default0}${own0}${enid1}`, { ...known, names: new Map([[macOf(1), 'eth1']]) }),
    ],
    [
      'a state that another machine left, with the image of a disk',
      truth,
      machine(`${default0}${own0}`, {
        primary: { mac: macOf(8), by: 'kernel' },
        believed: { ...truth, primaryMac: macOf(8) },
      }),
    ],
    [
      'another primary that the kernel shows too, the former one without an address',
      named(1),
      machine(`${default1}${own1}`, known),
    ],
    [
      'a delegated prefix that an address of the NIC is in',
      anInstance([nic(0), nic(1, { prefixes: [aPrefix('10.0.1.64/28')] })]),
      machine(`${default0}${own0}3: eth1    inet 10.0.1.65/32 scope global eth1\n`),
    ],
  ];
  it.each(truths)('%s', (_, read, shown) => {
    expect(judged(read, shown)).toBeNull();
  });
});
