import { describe, expect, it } from 'vitest';
import type { KernelState } from '../model/kernel.ts';
import type { Ours } from './foreign.ts';
import { harm } from './harm.ts';
import {
  kernelOf,
  linkLines,
  macOf,
  networkOf,
  remembered,
  secondary,
  settled4,
  settled6,
  static4,
  static6,
} from './testing.ts';

const ours: Ours = {
  slots: new Map([[macOf(1), 1]]),
  tableBase: 21000,
  gone: [],
  ...remembered(secondary(static4, static6)),
};
const network = networkOf(secondary(static4, static6));
const foreign = [
  '100:\tfrom 10.5.0.0/16 fwmark 0x1 lookup 100',
  '21777:\tfrom 10.7.0.1 lookup 21777',
  '10.60.0.0/16 via 10.0.0.7 dev eth0 proto static',
  'default via 10.0.0.9 dev eth0 table 100',
  '10.61.0.0/16 via 10.0.1.7 dev eth1 proto static',
  '172.17.0.0/16 dev docker0 proto kernel scope link src 172.17.0.1',
  'blackhole 10.66.0.0/16',
];
const all = [...settled4.split('\n'), ...foreign];
const links = `${linkLines(2)}\n9: docker0: <BROADCAST,UP> mtu 1500 qdisc noqueue state DOWN \\    link/ether 02:42:00:00:00:01 brd ff:ff:ff:ff:ff:ff`;
const before = kernelOf(links, all.join('\n'), settled6);

/** The kernel after a change: without the lines that hold a text, with others. */
function changed(
  take: readonly string[],
  give: readonly string[] = [],
  ipv6 = settled6,
  linkText = links,
): KernelState {
  const left = all.filter((line) => !take.some((text) => line.includes(text)));
  if (take.length > 0) expect(left.length).toBeLessThan(all.length);
  return kernelOf(linkText, [...left, ...give].join('\n'), ipv6);
}

function told(now: KernelState, then = before): readonly string[] {
  return harm(then, now, network, ours).map((entry) =>
    [entry.kind, ...entry.putBack.map((command) => command.line)].join(' | '),
  );
}

describe('harm', () => {
  it('is none where nothing changed, or only what is ours', () => {
    expect(told(before)).toEqual([]);
    expect(told(changed(['21000:', '21001:', '21999:', 'table 21001', 'inet 10.0.1.']))).toEqual([]);
  });

  it('is no VLAN that was made, made anew or taken away, whosever MAC it has', () => {
    const vlan = (mac: number, id: number) =>
      `${links}\n8: eth0.200@eth0: <BROADCAST,UP> mtu 1500 qdisc noqueue state UP \\    link/ether ${macOf(mac)} brd ff:ff:ff:ff:ff:ff \\    vlan protocol 802.1Q id ${id} <REORDER_HDR>`;
    const held = ['8: eth0.200    inet 10.0.9.20/32 scope global eth0.200'];
    for (const mac of [0, 5]) {
      const there = changed([], held, settled6, vlan(mac, 200));
      expect(told(there)).toEqual([]);
      expect(told(changed([], [], settled6, vlan(mac, 7)), there)).toEqual([]);
      expect(told(before, there)).toEqual([]);
    }
  });

  it('is a primary address that is gone or has another length', () => {
    expect(told(changed(['inet 10.0.0.10']))).toEqual([
      'primary-address | address replace 10.0.0.10/24 brd 10.0.0.255 dev eth0',
    ]);
    const longer = changed(['inet 10.0.0.10'], ['2: eth0    inet 10.0.0.10/32 scope global eth0']);
    expect(told(longer)).toHaveLength(1);
    const six = changed(
      [],
      [],
      settled6.replace('2: eth0    inet6 2001:db8::10/64', '2: eth0    inet6 2001:db8::11/64'),
    );
    expect(told(six)).toEqual(['primary-address | address replace 2001:db8::10/64 dev eth0 nodad']);
  });

  it('is no address that neither the metadata nor a lease gave: keepalived moves its own', () => {
    const virtual = (flags: string) => [...all, `2: eth0    inet 10.0.0.99/32 scope global ${flags}eth0`];
    const then = (flags: string) => kernelOf(links, virtual(flags).join('\n'), settled6);
    expect(told(before, then(''))).toEqual([]);
    expect(told(before, then('dynamic '))).toEqual([
      'primary-address | address replace 10.0.0.99/32 dev eth0',
    ]);
  });

  it('is no address that comes and goes by itself', () => {
    const passing = `${settled6}2: eth0    inet6 2001:db8::99/64 scope global temporary dynamic\n`;
    expect(told(before, kernelOf(links, all.join('\n'), passing))).toEqual([]);
  });

  it('is a primary that is down or gone', () => {
    const down = links.replace(/^2: eth0: <[^>]*>/m, '2: eth0: <BROADCAST>');
    expect(told(changed([], [], settled6, down))).toEqual(['primary-link | link set dev eth0 up']);
    const gone = links.split('\n').slice(1).join('\n');
    expect(told(changed([], [], settled6, gone))[0]).toBe('primary-link');
  });

  it('is a default that is gone or goes another way', () => {
    const line = 'default-route | route replace default via 10.0.0.253 dev eth0 proto dhcp metric 100';
    expect(told(changed(['default via 10.0.0.253']))).toEqual([line]);
    expect(told(changed([], ['default via 10.0.1.253 dev eth1']))).toEqual([line]);
    expect(told(changed(['default via 10.0.0.253'], ['default via 10.0.0.1 dev eth0']))).toEqual([line]);
  });

  it('is no default that is the same way with another metric or maker', () => {
    expect(
      told(changed(['default via 10.0.0.253'], ['default via 10.0.0.253 dev eth0 metric 5 proto static'])),
    ).toEqual([]);
    expect(told(changed([], ['default via 10.0.1.253 dev eth1 metric 21001']))).toEqual([]);
    const router = settled6.replace('default via fe80::1 dev eth0', 'default via fe80::2 dev eth0');
    expect(told(changed([], [], router))).toEqual([]);
  });

  it('is no default that a secondary had stolen', () => {
    const stolen = changed([], ['default via 10.0.1.253 dev eth1']);
    expect(told(before, stolen)).toEqual([]);
  });

  it('is the last default, also where a secondary had it', () => {
    const none = changed(['default via 10.0.0.253']);
    const stolen = changed(['default via 10.0.0.253'], ['default via 10.0.1.253 dev eth1']);
    expect(told(none, stolen)).toEqual(['default-route | route append default via 10.0.0.253 dev eth0']);
  });

  it('is no stray default: one by a lease or an advertisement, in a family of which the primary has nothing', () => {
    const without = settled6.replace(/^default via fe80::1 dev eth0 .*\n/m, '');
    const alone: typeof network = { ...network, primary: { ...network.primary, ipv6: null } };
    const lost = (route: string, wanted = alone) =>
      harm(changed([], [], `${without}${route}\n`), changed([], [], without), wanted, ours).map(
        (entry) => entry.kind,
      );
    const both =
      'default proto ra metric 1024 \\\tnexthop via fe80::9 dev eth1 weight 1 \\\tnexthop via fe80::8 dev eth1 weight 1';

    expect(lost('default via fe80::9 dev eth1 proto ra metric 1024')).toEqual([]);
    expect(lost(both)).toEqual([]);
    expect(lost('default via fe80::9 dev eth1 proto ra metric 1024', network)).toEqual(['default-route']);
    expect(lost('default via fe80::9 dev eth1 proto static metric 1024')).toEqual(['default-route']);
    expect(lost('default via fe80::9 dev docker0 proto ra metric 1024')).toEqual(['default-route']);
  });

  it('is a foreign route or rule that is gone, with what puts it back', () => {
    expect(told(changed(foreign))).toEqual([
      'foreign-route | route replace 10.60.0.0/16 via 10.0.0.7 dev eth0 proto static',
      'foreign-route | route replace default table 100 via 10.0.0.9 dev eth0',
      'foreign-route | route replace 10.61.0.0/16 via 10.0.1.7 dev eth1 proto static',
      'foreign-route | route replace 172.17.0.0/16 dev docker0 proto kernel scope link src 172.17.0.1',
      'foreign-route | route replace blackhole 10.66.0.0/16',
      'foreign-rule | rule add priority 100 from 10.5.0.0/16 fwmark 0x1 lookup 100',
      'foreign-rule | rule add priority 21777 from 10.7.0.1 lookup 21777',
    ]);
  });

  it('is no route whose device is gone, nor one that changes by itself', () => {
    const noDocker = links.split('\n').slice(0, 2).join('\n');
    expect(told(changed(['dev docker0'], [], settled6, noDocker))).toEqual([]);
    const restless = [
      '10.1.2.0/24 via 10.0.0.7 dev eth0 proto bird',
      '10.1.3.0/24 via 10.0.0.7 dev eth0 proto 186',
      '10.1.4.0/24 via 10.0.0.7 dev eth0 proto redirect',
    ].map((line) => line.replace('bird', '12'));
    const then = kernelOf(
      links,
      [...all, ...restless].join('\n'),
      `${settled6}fe80::/64 dev docker0 proto kernel metric 256\n`,
    );
    expect(told(before, then)).toEqual([]);
  });

  it('is no route whose device is down, nor one that somebody moved', () => {
    const down = links.replace('9: docker0: <BROADCAST,UP>', '9: docker0: <BROADCAST>');
    expect(told(changed(['dev docker0'], [], settled6, down))).toEqual([]);
    const line = '10.60.0.0/16 via 10.0.0.7 dev eth0 proto static';
    expect(told(changed([line], ['10.60.0.0/16 via 10.0.0.8 dev eth0 proto static']))).toEqual([]);
    expect(told(changed([line], ['10.60.0.0/16 via 10.0.0.8 dev eth0 table 100']))).toHaveLength(1);
    // by a lease of a secondary, and so taken away in turn
    expect(told(changed([line], ['10.60.0.0/16 via 10.0.1.253 dev eth1 proto dhcp']))).toHaveLength(1);
  });

  it('is one of two routes to a destination', () => {
    const backup = '10.60.0.0/16 via 10.0.0.9 dev eth0 proto static metric 50';
    expect(told(before, kernelOf(links, [...all, backup].join('\n'), settled6))).toEqual([
      `foreign-route | route replace ${backup}`,
    ]);
  });

  it('is nothing that a lease of a secondary had put into main', () => {
    const leaked = [
      '10.0.1.0/24 dev eth1 proto kernel scope link src 10.0.1.20',
      '10.77.0.0/16 via 10.0.1.253 dev eth1 proto dhcp',
      '169.254.169.254 via 10.0.1.253 dev eth1 proto static',
    ];
    expect(told(before, kernelOf(links, [...all, ...leaked].join('\n'), settled6))).toEqual([]);
  });

  it('is nothing of a NIC that is given up', () => {
    const gone = { ...ours, gone: [{ name: 'eth1', mac: macOf(1), table: 21001, present: true }] };
    const now = changed(['10.61.0.0/16', 'table 21001', '21001:']);
    expect(harm(before, now, networkOf(), gone)).toEqual([]);
  });
});
