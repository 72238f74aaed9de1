import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Address, Prefix } from '../../model/address.ts';
import type { DesiredInterface } from '../../model/desired.ts';
import type { Mac } from '../../model/mac.ts';
import type { Stack } from '../../model/stack.ts';
import { anyNetwork } from '../ifcfg/generated.ts';
import { linesOf, readRoute, readRule, rendered, routeKey, ruleKey } from '../ifcfg/rendering.ts';
import { profileUuid } from '../profile-uuid.ts';
import { family, network, route, secondary, stackOf } from '../testing.ts';
import { ifcfgNm } from './format.ts';

const manager = (version: readonly number[] | null, networkScripts = false): Stack =>
  stackOf('ifcfg-nm', { networkmanager: version }, { id: 'networkmanager', networkScripts });
const scripts = '/etc/sysconfig/network-scripts';
const dispatcher = '/etc/NetworkManager/dispatcher.d/60-enid-eth1';

const leased = secondary();
const fixed = secondary({
  ipv4: family({ method: 'static' }),
  routes: [route('10.0.1.0/24', null), route('0.0.0.0/0', '10.0.1.253', { onlink: true })],
});
const dual = secondary({
  ipv6: family({
    method: 'static',
    address: '2001:db8::1' as Address,
    further: [],
    gateway: 'fe80::1' as Address,
  }),
  routes: [
    route('0.0.0.0/0', '10.0.1.253'),
    route('::/0', 'fe80::1', { family: 'ipv6', source: '2001:db8::1' as Address }),
  ],
});

async function texts(nic: DesiredInterface, stack: Stack): Promise<Readonly<Record<string, string>>> {
  const files = await rendered(network([nic]), stack);
  return Object.fromEntries([...files].map(([path, { text }]) => [path.replace(`${scripts}/`, ''), text]));
}

describe('1.30 and later', () => {
  it('moves what a lease connects and writes the default by hand', async () => {
    const files = await texts(leased, manager([1, 32]));

    expect(Object.keys(files)).toEqual(['ifcfg-eth1', 'route-eth1']);
    expect(files['ifcfg-eth1']).toContain('IPV4_ROUTE_TABLE=21001\nDEFROUTE=no\nPEERROUTES=no\n');
    expect(files['ifcfg-eth1']).toContain('IPADDR1=10.0.1.21\nPREFIX1=32\n');
    expect(files['ifcfg-eth1']).toContain('HOSTNAME_FROM_DHCP=no');
    expect(files['route-eth1']).toMatch(/\ndefault via 10\.0\.1\.253 dev eth1 onlink table 21001\n$/);
  });

  it('names the source of static routes', async () => {
    const files = await texts(fixed, manager([1, 30]));

    expect(files['ifcfg-eth1']).toContain('IPADDR0=10.0.1.20\nPREFIX0=32\nIPADDR1=10.0.1.21\nPREFIX1=32\n');
    expect(files['ifcfg-eth1']).not.toContain('IPV4_ROUTE_TABLE');
    expect(files['route-eth1']).toContain('10.0.1.0/24 dev eth1 src 10.0.1.20 table 21001\n');
  });

  it('quotes rules, numbers them and says their priority', async () => {
    const files = await texts(leased, manager([1, 30]));

    expect(files['ifcfg-eth1']?.match(/^ROUTING_RULE_.*$/gm)).toEqual([
      'ROUTING_RULE_1="from 10.0.1.20/32 table 21001 priority 21001"',
      'ROUTING_RULE_2="from 10.0.1.21/32 table 21001 priority 21001"',
      'ROUTING_RULE_3="from 0.0.0.0/32 to 10.0.1.0/24 table 254 suppress_prefixlength 24 priority 21997"',
      'ROUTING_RULE_4="from 0.0.0.0/32 to 10.0.1.0/24 table 21001 priority 21998"',
    ]);
  });

  it('without policy routing leaves the connected route in main', async () => {
    const files = await texts({ ...leased, rules: [], routes: [] }, manager([1, 32]));

    expect(Object.keys(files)).toEqual(['ifcfg-eth1']);
    expect(files['ifcfg-eth1']).not.toContain('IPV4_ROUTE_TABLE');
  });

  it('writes a worse default into main when asked to', async () => {
    const worse = route('0.0.0.0/0', '10.0.1.253', { table: 254, metric: 21001 });

    const files = await texts({ ...leased, routes: [worse] }, manager([1, 32]));

    expect(files['route-eth1']).toContain('default via 10.0.1.253 dev eth1 onlink metric 21001 table 254\n');
  });

  it('has the profile id of the keyfile format', async () => {
    const files = await texts(leased, manager([1, 32]));

    expect(files['ifcfg-eth1']).toContain(`UUID=${profileUuid(leased.mac)}\n`);
  });

  it('gives a VLAN its MAC and its parent', async () => {
    const vlan = { parent: 'eth1', parentMac: '00:16:3e:00:00:09' as Mac, id: 100 };

    const files = await texts(secondary({ name: 'eth1.100', vlan, routes: [] }), manager([1, 32]));

    expect(files['ifcfg-eth1.100']).toContain(
      'TYPE=Vlan\nVLAN=yes\nPHYSDEV=eth1\nVLAN_ID=100\nMACADDR=00:16:3E:00:00:01\n',
    );
    expect(files['ifcfg-eth1.100']).not.toContain('HWADDR');
  });
});

describe.each([
  [1, 18],
  [1, 20],
])('%d.%d', (...version) => {
  it('lets the lease bring the default into the table', async () => {
    const files = await texts(leased, manager(version));

    expect(Object.keys(files)).toEqual(['ifcfg-eth1']);
    expect(files['ifcfg-eth1']).toContain('IPV4_ROUTE_TABLE=21001\nDEFROUTE=yes\n');
    expect(files['ifcfg-eth1']).not.toContain('PEERROUTES');
  });

  it('takes a static default as the gateway of the profile', async () => {
    const files = await texts(fixed, manager(version));

    expect(files['ifcfg-eth1']).toContain('GATEWAY0=10.0.1.253\nIPV4_ROUTE_TABLE=21001\nDEFROUTE=yes\n');
    expect(linesOf([{ text: files['route-eth1'] } as never])).toEqual([
      '10.0.1.0/24 dev eth1 src 10.0.1.20 table 21001',
    ]);
  });

  it('writes an IPv6 default as two halves, and none into main', async () => {
    const worse = route('::/0', 'fe80::1', { family: 'ipv6', table: 254, metric: 21001 });

    const files = await texts({ ...dual, routes: [...dual.routes, worse] }, manager(version));

    expect(linesOf([{ text: files['route6-eth1'] } as never])).toEqual([
      '::/1 via fe80::1 dev eth1 src 2001:db8::1 table 21001',
      '8000::/1 via fe80::1 dev eth1 src 2001:db8::1 table 21001',
    ]);
  });

  it('without policy routing asks for no default at all', async () => {
    const files = await texts({ ...fixed, rules: [], routes: [] }, manager(version));

    expect(files['ifcfg-eth1']).toContain('DEFROUTE=no');
    expect(files['ifcfg-eth1']).not.toMatch(/GATEWAY|ROUTE_TABLE/);
  });
});

describe('below 1.18', () => {
  it('leaves the NIC to network-scripts where there are any', async () => {
    const stack = manager([1, 12], true);

    const files = await texts(leased, stack);

    expect(Object.keys(files)).toContain('rule-eth1');
    expect(files['ifcfg-eth1']).toContain('NM_CONTROLLED=no\n');
    expect(ifcfgNm.connected(stack, 'dhcp', 'ipv4')).toBe('table');
  });

  it.each([
    [[1, 14], 'table', 0],
    [[1, 8], 'main', 2],
    [null, 'main', 2],
  ] as const)('%j has a script for what it cannot keep', async (version, connected, routes) => {
    const stack = manager(version);

    const files = await texts(leased, stack);

    expect(Object.keys(files)).not.toContain('rule-eth1');
    expect(files['ifcfg-eth1']).not.toContain('ROUTING_RULE');
    expect(files[dispatcher]?.match(/route replace/g) ?? []).toHaveLength(routes);
    expect(files[dispatcher]?.match(/rule add/g)).toHaveLength(4);
    expect(ifcfgNm.connected(stack, 'dhcp', 'ipv4')).toBe(connected);
    expect(ifcfgNm.connected(stack, 'static', 'ipv4')).toBe('table');
  });

  it('the script is one that a shell can read', async () => {
    const files = await texts(dual, manager([1, 8]));

    expect(() => execFileSync('/bin/sh', ['-n'], { input: files[dispatcher] })).not.toThrow();
  });

  it('the script does nothing for the events of another NIC, nor for a NIC with another MAC', async () => {
    const files = await texts({ ...leased, name: 'lo' }, manager([1, 8]));
    const script = files[dispatcher.replace('eth1', 'lo')] ?? '';
    const told = (...args: string[]) => {
      const traced = script.replace(/^PATH=.*$/m, 'ip() { echo "ip $*"; }');
      return execFileSync('/bin/sh', ['-us', '--', ...args], { input: traced, encoding: 'utf8' });
    };

    expect(told('eth0', 'up')).toBe('');
    expect(told('lo', 'up')).toBe('');
    expect(told()).toBe('');
  });
});

describe('properties of NetworkManager files', () => {
  it.each([[[1, 32]], [[1, 30]]])('%j: every rule, and every route that no lease brings', async (version) => {
    const stack = manager(version);
    const any = anyNetwork((method, family) => ifcfgNm.connected(stack, method, family));
    await fc.assert(
      fc.asyncProperty(any, async (wanted) => {
        const files = [...(await rendered(wanted, stack)).values()];
        const rules = linesOf(files).flatMap((line) => {
          const [, flag, words] = /^ROUTING_RULE(6?)_\d+="(.*)"$/.exec(line) ?? [];
          return words === undefined ? [] : [readRule(words, flag ?? '')];
        });
        const routes = files.flatMap((file) => {
          const flag = /\/route(6?)-/.exec(file.path)?.[1];
          return flag === undefined ? [] : linesOf([file]).map((line) => readRoute(line, flag));
        });
        expect(files.some((file) => /\/rule6?-/.test(file.path))).toBe(false);
        expect(rules.sort()).toEqual(wanted.secondaries.flatMap((nic) => nic.rules.map(ruleKey)).sort());
        const expected = wanted.secondaries.flatMap((nic) =>
          nic.routes
            .filter(
              (entry) =>
                (entry.via !== null && !(isByLease(nic) && entry.destination === '0.0.0.0/0')) ||
                entry.family === 'ipv6' ||
                entry.table !== nic.table ||
                nic.ipv4?.method === 'static' ||
                !(
                  isByLease(nic) ||
                  nic.rules.some((rule) => rule.table === nic.table && rule.family === 'ipv4')
                ),
            )
            .map(routeKey),
        );
        expect(routes.sort()).toEqual(expected.sort());
      }),
      { numRuns: 40 },
    );
  });

  it.each([[[1, 20]], [[1, 14]], [[1, 8]]])('%j: no default is asked of main', async (version) => {
    const stack = manager(version);
    const any = anyNetwork((method, family) => ifcfgNm.connected(stack, method, family));
    await fc.assert(
      fc.asyncProperty(any, async (wanted) => {
        for (const file of (await rendered(wanted, stack)).values()) {
          const lines = linesOf([file]);
          const asks = lines.includes('DEFROUTE=yes') || lines.some((line) => line.startsWith('GATEWAY'));
          expect(asks && !lines.some((line) => line.startsWith('IPV4_ROUTE_TABLE=21'))).toBe(false);
        }
      }),
      { numRuns: 40 },
    );
  });
});

describe('the checker of NetworkManager files', () => {
  const change = (text: string, from: string | RegExp, to: string) => {
    const changed = text.replace(from, to);
    if (changed === text) throw new Error(`nothing to change: ${from}`);
    return changed;
  };

  it.each([
    [[1, 32], 'ifcfg-eth1', 'ROUTING_RULE_2="from', 'ROUTING_RULE_2=from', 'would not take the value'],
    [[1, 32], 'ifcfg-eth1', 'ROUTING_RULE_2', 'ROUTING_RULE_a', 'unknown key ROUTING_RULE_a'],
    [[1, 32], 'ifcfg-eth1', ' priority 21001"', '"', 'ROUTING_RULE_1: a rule without a priority'],
    [[1, 32], 'ifcfg-eth1', '10.0.1.21/32', '2001:db8::1/128', 'is not what from takes'],
    [[1, 32], 'ifcfg-eth1', 'DEFROUTE=no', 'DEFROUTE=yes\nX=1', 'unknown key X'],
    [[1, 32], 'ifcfg-eth1', /IPV4_ROUTE_TABLE.*\nDEFROUTE=no/, 'DEFROUTE=yes', 'puts a default into main'],
    [[1, 32], 'ifcfg-eth1', /IPV4_ROUTE_TABLE.*/, 'GATEWAY0=10.0.1.253', 'GATEWAY0 without IPV4_ROUTE_TABLE'],
    [[1, 20], 'ifcfg-eth1', 'TABLE=21001', 'TABLE=254', 'DEFROUTE=yes without IPV4_ROUTE_TABLE'],
    [[1, 32], 'ifcfg-eth1', /UUID=.*\n/, '', 'lacks UUID'],
    [[1, 32], 'ifcfg-eth1', 'HWADDR=00', 'HWADDR=02', 'not bound to'],
    [[1, 32], 'ifcfg-eth1', 'PREFIX1=32', 'PREFIX1=24', 'PREFIX1=24 is not what it takes'],
    [[1, 32], 'route-eth1', ' table 21001', '', 'a route without a table'],
    [[1, 8], '60-enid-eth1', /\["? "\$\{1:-\}.*\n/, '', 'does not first look whether'],
    [[1, 8], '60-enid-eth1', /\[ "\$\(cat.*\n/, '', 'before the test for 00:16:3e:00:00:01'],
    [[1, 8], '60-enid-eth1', '= 00:16', '= 00:17', 'does not test for'],
    [[1, 8], '60-enid-eth1', '  ;;', '  reboot\n  ;;', '"reboot" is nothing a script of ours does'],
    [[1, 8], '60-enid-eth1', ' table 21001', ' table 21001; reboot', '"21001;" is not what table takes'],
    [[1, 8], '60-enid-eth1', 'ip -4 rule add', 'ip -4 link del', 'is nothing a script of ours does'],
    [[1, 8], '60-enid-eth1', '#!/bin/sh', '#!/bin/bash', 'begins with #!/bin/sh'],
  ] as const)('%j %s: %s -> %j: %s', async (version, part, from, to, message) => {
    const all = [...(await rendered(network([leased]), manager(version))).values()];
    const file = all.find(({ path }) => path.endsWith(part));
    if (file === undefined) throw new Error(`no file ${part}`);

    const problems = ifcfgNm.check({ ...file, text: change(file.text, from, to) });

    expect(ifcfgNm.check(file)).toEqual([]);
    expect(problems.map((problem) => problem.message).join('\n')).toContain(message);
    expect(problems[0]).toMatchObject({ code: 'template-output', place: file.template });
  });

  it('refuses a script that cannot be run', async () => {
    const file = (await rendered(network([leased]), manager([1, 8]))).get(dispatcher)!;

    expect(ifcfgNm.check({ ...file, mode: 0o644 })).toHaveLength(1);
  });

  it('knows prefixes of both families in rules', async () => {
    const rules = [
      {
        family: 'ipv6' as const,
        priority: 21001,
        from: '2001:db8:1::/80' as Prefix,
        to: null,
        table: 21001,
        suppressPrefixLength: null,
      },
    ];

    const files = await texts({ ...dual, rules }, manager([1, 32]));

    expect(files['ifcfg-eth1']).toContain(
      'ROUTING_RULE6_1="from 2001:db8:1::/80 table 21001 priority 21001"\n',
    );
  });
});

/** Subnet and gateway are left to the lease, which IPV4_ROUTE_TABLE takes into the table. */
function isByLease(nic: DesiredInterface): boolean {
  return nic.ipv4?.byLease === true && nic.ipv4.connected === 'table';
}
