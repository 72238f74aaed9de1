import { describe, expect, it } from 'vitest';
import type { KernelState } from '../model/kernel.ts';
import { builtInNames } from './names.ts';
import { parseFamily } from './read.ts';
import { replayAddress, replayLink } from './replay.ts';
import { sample } from './testdata/samples.ts';

function stateOf(ipv4: string, ipv6: string): KernelState {
  const [four, six] = [parseFamily(ipv4, 'ipv4', builtInNames), parseFamily(ipv6, 'ipv6', builtInNames)];
  if (!four.ok || !six.ok) throw new Error(JSON.stringify([four, six]));
  return {
    links: [],
    addresses: [...four.value.addresses, ...six.value.addresses],
    routes: [...four.value.routes, ...six.value.routes],
    rules: [...four.value.rules, ...six.value.rules],
  };
}

it.each([
  ['inet 10.0.0.10/24 scope global eth0', 'address replace 10.0.0.10/24 dev eth0'],
  [
    'inet 10.0.0.10/24 brd 10.0.0.255 scope global eth0',
    'address replace 10.0.0.10/24 brd 10.0.0.255 dev eth0',
  ],
  [
    'inet 10.0.0.10/24 brd 10.0.7.255 scope global eth0',
    'address replace 10.0.0.10/24 brd 10.0.7.255 dev eth0',
  ],
  [
    'inet 10.0.0.10/32 brd 10.0.0.10 scope global eth0',
    'address replace 10.0.0.10/32 brd 10.0.0.10 dev eth0',
  ],
])('an address comes back with the broadcast address that it had: %s', (line, command) => {
  const { addresses } = stateOf(`2: eth0    ${line}\n`, '');
  expect(addresses.map((address) => replayAddress(address).line)).toEqual([command]);
});

describe('replayLink', () => {
  it('brings back addresses, then routes on the link, then those by a gateway, then lost rules', () => {
    const before = stateOf(sample('iproute2-6.9', 'ipv4'), sample('iproute2-6.9', 'ipv6'));
    const now = { ...before, rules: before.rules.filter((rule) => rule.priority !== 9) };
    expect(replayLink(before, 'ens5', now)).toEqual([
      { family: 'link', line: 'link set dev ens5 up' },
      { family: 'ipv4', line: 'address replace 10.0.0.10/24 brd 10.0.0.255 dev ens5' },
      {
        family: 'ipv6',
        line: 'address replace 2001:db8::216:3eff:fe12:1602/64 dev ens5 noprefixroute nodad',
      },
      {
        family: 'ipv4',
        line: 'route replace 10.0.0.0/24 dev ens5 proto kernel scope link src 10.0.0.10 metric 100',
      },
      {
        family: 'ipv4',
        line: 'route replace 10.0.0.253 dev ens5 proto dhcp scope link src 10.0.0.10 metric 100',
      },
      {
        family: 'ipv4',
        line: 'route replace 10.80.0.0/16 proto bgp metric 20 nexthop via 10.0.0.250 dev ens5 weight 1 nexthop via 10.0.0.251 dev ens5 weight 1',
      },
      { family: 'ipv6', line: 'route replace 2001:db8::/64 dev ens5 proto ra metric 100 pref medium' },
      { family: 'ipv6', line: 'route replace fe80::/64 dev ens5 proto kernel metric 256 pref medium' },
      {
        family: 'ipv6',
        line: 'route replace default proto ra metric 100 pref medium nexthop via fe80::1 dev ens5 weight 1 nexthop via fe80::2 dev ens5 weight 1',
      },
      {
        family: 'ipv4',
        line: 'route replace default via 10.0.0.253 dev ens5 proto dhcp src 10.0.0.10 metric 100',
      },
      { family: 'ipv4', line: 'rule add priority 9 from all fwmark 0x200/0xf00 lookup 2004' },
    ]);
  });
});
