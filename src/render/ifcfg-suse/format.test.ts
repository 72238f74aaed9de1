import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Address } from '../../model/address.ts';
import type { Mac } from '../../model/mac.ts';
import type { Stack, Version } from '../../model/stack.ts';
import { anyNetwork } from '../ifcfg/generated.ts';
import { linesOf, readRoute, readRule, rendered, routeKey, ruleKey } from '../ifcfg/rendering.ts';
import { family, network, route, secondary, stackOf } from '../testing.ts';
import { ifcfgSuse } from './format.ts';

const wicked = (version: Version | null, kernel: Version | null = [5, 3]): Stack =>
  stackOf('ifcfg-suse', { wicked: version, kernel }, { id: 'wicked' });
const sles11 = stackOf('ifcfg-suse', { kernel: [3, 0] }, { id: 'sysconfig', init: 'sysv' });
const directory = '/etc/sysconfig/network';

const byPrimary = { table: 21000, device: 'eth0', source: '10.0.0.10' as Address };
const leased = secondary({
  ipv4: family({ connected: 'main' }),
  routes: [
    route('10.0.1.0/24', null),
    route('0.0.0.0/0', '10.0.1.253'),
    route('10.0.0.0/24', null, byPrimary),
    route('0.0.0.0/0', '10.0.0.253', byPrimary),
  ],
});
const fixed = secondary({
  ipv4: family({ method: 'static' }),
  routes: [route('10.0.1.0/24', null), route('0.0.0.0/0', '10.0.1.253', { onlink: true })],
});

async function lines(nic: typeof leased, stack: Stack, part: string): Promise<readonly string[]> {
  const files = await rendered(network([nic]), stack);
  const file = files.get(`${directory}/${part}`);
  return file === undefined ? [] : linesOf([file]);
}

describe('wicked', () => {
  it('gets the subnet route first and no source beside a lease', async () => {
    expect(await lines(leased, wicked([0, 6, 60]), 'ifroute-eth1')).toEqual([
      '10.0.1.0/24 - - eth1 table 21001',
      'default 10.0.1.253 - eth1 table 21001',
    ]);
  });

  it('gets the source of a static address, and never onlink', async () => {
    expect(await lines(fixed, wicked([0, 6, 60]), 'ifroute-eth1')).toEqual([
      '10.0.1.0/24 - - eth1 table 21001 src 10.0.1.20',
      'default 10.0.1.253 - eth1 table 21001 src 10.0.1.20',
    ]);
  });

  it('is told the family of every rule', async () => {
    expect(await lines(leased, wicked([0, 6, 33]), 'ifrule-eth1')).toEqual([
      'ipv4 from 10.0.1.20/32 table 21001 priority 21001',
      'ipv4 from 10.0.1.21/32 table 21001 priority 21001',
      'ipv4 from 0.0.0.0/32 to 10.0.1.0/24 table 254 suppress_prefixlength 24 priority 21997',
      'ipv4 from 0.0.0.0/32 to 10.0.1.0/24 table 21001 priority 21998',
    ]);
  });

  it('takes only an address from a lease', async () => {
    const text = await lines(leased, wicked([0, 6, 60]), 'ifcfg-eth1');

    expect(text).toEqual([
      "BOOTPROTO='dhcp4'",
      "STARTMODE='auto'",
      "IPADDR_1='10.0.1.21/32'",
      "DHCLIENT_SET_DEFAULT_ROUTE='no'",
      "DHCLIENT_SET_HOSTNAME='no'",
      "DHCLIENT_UPDATE='none'",
      "CLOUD_NETCONFIG_MANAGE='no'",
      "POST_UP_SCRIPT='compat:suse:/etc/sysconfig/network/scripts/enid-eth1-up'",
    ]);
  });

  it('leaves to a script the routes of another NIC only', async () => {
    const script = await lines(leased, wicked([0, 6, 60]), 'scripts/enid-eth1-up');

    expect(script.filter((line) => line.startsWith('ip '))).toEqual([
      'ip -4 route replace 10.0.0.0/24 dev eth0 src 10.0.0.10 table 21000',
      'ip -4 route replace default via 10.0.0.253 dev eth0 src 10.0.0.10 table 21000',
    ]);
    expect(script.filter((line) => line.startsWith('['))).toHaveLength(2);
    expect(await lines(leased, wicked([0, 6, 60]), 'scripts/enid-eth1-down')).toEqual([]);
  });

  it('needs no script for a static address', async () => {
    expect(await lines(fixed, wicked([0, 6, 60]), 'scripts/enid-eth1-up')).toEqual([]);
    expect((await lines(fixed, wicked([0, 6, 60]), 'ifcfg-eth1')).join('\n')).not.toContain('SCRIPT');
  });

  it.each([
    ['0.6.31', [0, 6, 31]],
    ['an unknown version', null],
  ] as const)('%s has no rules of its own: the script adds and takes them away', async (_name, version) => {
    expect(await lines(fixed, wicked(version), 'ifrule-eth1')).toEqual([]);
    expect((await lines(fixed, wicked(version), 'scripts/enid-eth1-up')).join('\n')).toContain(
      'ip -4 rule add from 10.0.1.20/32 table 21001 priority 21001',
    );
    expect((await lines(fixed, wicked(version), 'scripts/enid-eth1-down')).join('\n')).toContain(
      'ip -4 rule del from 10.0.1.20/32 table 21001 priority 21001',
    );
  });

  it.each([
    ['a kernel before 4.4', fixed, wicked([0, 6, 60], [3, 12])],
    [
      'a gateway outside the subnet',
      { ...fixed, routes: [route('10.0.1.0/24', null), route('0.0.0.0/0', '172.16.0.1', { onlink: true })] },
      wicked([0, 6, 60]),
    ],
  ] as const)('with %s the default goes by the script, which can say onlink', async (_name, nic, stack) => {
    expect(await lines(nic, stack, 'ifroute-eth1')).toEqual([
      '10.0.1.0/24 - - eth1 table 21001 src 10.0.1.20',
    ]);
    expect((await lines(nic, stack, 'scripts/enid-eth1-up')).join('\n')).toMatch(
      /ip -4 route replace default via \S+ dev eth1 src 10\.0\.1\.20 onlink table 21001/,
    );
  });

  it('keeps advertisements out: all of them, or only their default beside DHCPv6', async () => {
    const asking = secondary({ ipv6: family({ address: null, further: [] }) });

    expect(await lines(fixed, wicked([0, 6, 60]), 'ifsysctl-eth1')).toEqual([
      'net/ipv6/conf/eth1/accept_ra = 0',
    ]);
    expect(await lines(asking, wicked([0, 6, 60]), 'ifsysctl-eth1')).toEqual([
      'net/ipv6/conf/eth1/accept_ra_defrtr = 0',
    ]);
    expect(await lines(asking, wicked([0, 6, 60]), 'ifcfg-eth1')).toEqual(
      expect.arrayContaining(["BOOTPROTO='dhcp'", "DHCLIENT6_MODE='managed'"]),
    );
  });

  it('makes a VLAN with its own MAC', async () => {
    const vlan = { parent: 'eth1', parentMac: '00:16:3e:00:00:09' as Mac, id: 100 };

    expect(await lines(secondary({ name: 'eth1.100', vlan }), wicked([0, 6, 60]), 'ifcfg-eth1.100')).toEqual(
      expect.arrayContaining(["ETHERDEVICE='eth1'", "VLAN_ID='100'", "LLADDR='00:16:3e:00:00:01'"]),
    );
  });
});

describe('SLES 11', () => {
  it('gets default and rules by the script, called by its bare path', async () => {
    const config = await lines(fixed, sles11, 'ifcfg-eth1');

    expect(config).toContain("POST_UP_SCRIPT='/etc/sysconfig/network/scripts/enid-eth1-up'");
    expect(config).toContain("PRE_DOWN_SCRIPT='/etc/sysconfig/network/scripts/enid-eth1-down'");
    expect(await lines(fixed, sles11, 'ifroute-eth1')).toEqual([
      '10.0.1.0/24 - - eth1 table 21001 src 10.0.1.20',
    ]);
    expect((await lines(fixed, sles11, 'scripts/enid-eth1-up')).join('\n')).toContain(
      'ip -4 route replace default via 10.0.1.253 dev eth1 src 10.0.1.20 onlink table 21001',
    );
  });

  it('is never the main DHCP device', async () => {
    expect(await lines(leased, sles11, 'ifcfg-eth1')).toContain("DHCLIENT_PRIMARY_DEVICE='no'");
  });

  it('sets all kernel settings of the NIC, since nothing else does when it appears', async () => {
    expect(await lines(fixed, sles11, 'ifsysctl-eth1')).toContain('net/ipv4/conf/eth1/rp_filter = 2');
  });
});

describe('properties of SUSE files', () => {
  it.each([
    ['wicked', wicked([0, 6, 60])],
    ['wicked on an old kernel', wicked([0, 6, 60], [3, 12])],
    ['wicked without rules', wicked([0, 6, 20])],
    ['SLES 11', sles11],
  ])('%s: every route and rule stands in exactly one file', async (_name, stack) => {
    const any = anyNetwork((method, family) => ifcfgSuse.connected(stack, method, family));
    await fc.assert(
      fc.asyncProperty(any, async (wanted) => {
        const files = [...(await rendered(wanted, stack)).values()];
        const named = (part: string) => linesOf(files.filter((file) => file.path.includes(part)));
        const script = linesOf(files.filter((file) => file.path.endsWith('-up')));
        const routes = [
          ...named('/ifroute-').map(readColumns),
          ...script.flatMap((line) => {
            const [, flag, words] = /^ip -([46]) route replace (.*)$/.exec(line) ?? [];
            return words === undefined ? [] : [readRoute(words, flag ?? '')];
          }),
        ];
        const rules = [
          ...named('/ifrule-').map((line) => readRule(line.slice('ipv4 '.length), line.slice(0, 4))),
          ...script.flatMap((line) => {
            const [, flag, words] = /^ip -([46]) rule add (.*)$/.exec(line) ?? [];
            return words === undefined ? [] : [readRule(words, flag ?? '')];
          }),
        ];
        expect(routes.sort()).toEqual(wanted.secondaries.flatMap((nic) => nic.routes.map(routeKey)).sort());
        expect(rules.sort()).toEqual(wanted.secondaries.flatMap((nic) => nic.rules.map(ruleKey)).sort());
        expect(named('/ifroute-').some((line) => /onlink|eth0/.test(line))).toBe(false);
      }),
      { numRuns: 40 },
    );
  });

  function readColumns(line: string): string {
    const [destination = '', gateway = '', , device, ...options] = line.split(' ');
    const flag = line.includes(':') ? '6' : '4';
    const via = gateway === '-' ? [] : ['via', gateway];
    return readRoute([destination, ...via, 'dev', device, ...options].join(' '), flag);
  }
});

describe('the checker of SUSE files', () => {
  const change = (text: string, from: string | RegExp, to: string) => {
    const changed = text.replace(from, to);
    if (changed === text) throw new Error(`nothing to change: ${from}`);
    return changed;
  };

  it.each([
    ['ifcfg-eth1', "SET_DEFAULT_ROUTE='no'", "SET_DEFAULT_ROUTE='yes'", 'is not what it takes'],
    ['ifcfg-eth1', /DHCLIENT_SET_DEFAULT_ROUTE.*\n/, '', "lacks DHCLIENT_SET_DEFAULT_ROUTE='no'"],
    ['ifcfg-eth1', /$/, "PRE_UP_SCRIPT='/bin/x'\n", 'unknown key PRE_UP_SCRIPT'],
    ['ifcfg-eth1', 'scripts/enid-eth1-up', 'scripts/../../bin/x', 'is not what it takes'],
    ['ifcfg-eth1', '10.0.1.21/32', '10.0.1.21/24', 'is not what it takes'],
    ['ifcfg-eth1', "'dhcp4'", "'dhcp4'; reboot", 'would not take the value'],
    ['ifroute-eth1', ' table 21001', '', 'a route without a table'],
    ['ifroute-eth1', /$/, 'default - - eth1 table 21001\n', 'a default without a gateway'],
    ['ifroute-eth1', /$/, 'default 10.0.1.253 - eth1 table 21001 onlink\n', 'does not know onlink'],
    ['ifroute-eth1', /$/, '10.1.0.0/16 via 10.0.1.253 dev eth1\n', 'the netmask column is not -'],
    ['ifroute-eth1', /$/, '10.1.0.0/16 fe80::1 - eth1 table 21001\n', 'mixes families'],
    ['ifrule-eth1', 'ipv4 from', 'from', 'a rule begins with its family'],
    ['ifrule-eth1', / priority 21001/, '', 'a rule without a priority'],
    ['ifsysctl-eth1', /$/, 'kernel.panic = 1\n', 'is not a setting of one NIC'],
    ['scripts/enid-eth1-up', 'exit 0\n', 'exit 0\nreboot\n', 'is nothing a script of ours does'],
    ['scripts/enid-eth1-up', '00:16:3e:00:00:01', '00:16:3e:00:00:99', 'does not test for'],
    ['scripts/enid-eth1-up', 'route replace', 'route flush', 'is nothing a script of ours does'],
    ['scripts/enid-eth1-up', ' table 21000', '', 'a route without a table'],
    ['scripts/enid-eth1-up', ' table 21000', ' table 21000 | sh', '"|" is not known here'],
  ] as const)('%s: %s -> %j: %s', async (part, from, to, message) => {
    const file = (await rendered(network([leased]), wicked([0, 6, 60]))).get(`${directory}/${part}`);
    if (file === undefined) throw new Error(`no file ${part}`);

    const problems = ifcfgSuse.check({ ...file, text: change(file.text, from, to) });

    expect(ifcfgSuse.check(file)).toEqual([]);
    expect(problems.map((problem) => problem.message).join('\n')).toContain(message);
    expect(problems[0]).toMatchObject({ code: 'template-output', place: file.template });
  });
});
