import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Address } from '../../model/address.ts';
import type { Mac } from '../../model/mac.ts';
import { family, network, route, secondary, stackOf } from '../testing.ts';
import { ifcfg } from './format.ts';
import { anyNetwork } from './generated.ts';
import { linesOf, readRoute, readRule, rendered, routeKey, ruleKey, tryRender } from './rendering.ts';

const stack = stackOf('ifcfg', {}, { id: 'network-scripts', dhcpClient: 'dhclient' });
const scripts = '/etc/sysconfig/network-scripts';
const leased = secondary({ ipv4: family({ connected: 'main' }) });
const fixed = secondary({ ipv4: family({ method: 'static' }) });

describe('network-scripts', () => {
  it('gives a leased NIC an alias for each further address and a request without routes', async () => {
    const files = await rendered(network([leased]), stack);

    expect([...files.keys()]).toEqual([
      '/etc/dhcp/dhclient-eth1.conf',
      `${scripts}/ifcfg-eth1`,
      `${scripts}/ifcfg-eth1:1`,
      `${scripts}/route-eth1`,
      `${scripts}/rule-eth1`,
    ]);
    expect(linesOf([files.get(`${scripts}/ifcfg-eth1:1`)!])).toContain('IPADDR=10.0.1.21');
    expect(files.get('/etc/dhcp/dhclient-eth1.conf')?.text).toContain(
      'request subnet-mask, broadcast-address, interface-mtu;\n',
    );
  });

  it('numbers static addresses from 0 without a gap, each with /32', async () => {
    const files = await rendered(network([fixed]), stack);

    const text = files.get(`${scripts}/ifcfg-eth1`)?.text;
    expect(text).toContain(
      'IPADDR0=10.0.1.20\nPREFIX0=32\nARPCHECK0=no\nIPADDR1=10.0.1.21\nPREFIX1=32\nARPCHECK1=no\n',
    );
    expect(text).toContain('BOOTPROTO=none\n');
    expect([...files.keys()].some((path) => path.includes('dhclient'))).toBe(false);
  });

  it('says onlink where the gateway is covered by no address', async () => {
    const nic = { ...fixed, routes: [route('0.0.0.0/0', '10.0.1.253', { onlink: true })] };

    const files = await rendered(network([nic]), stack);

    expect(linesOf([files.get(`${scripts}/route-eth1`)!])).toEqual([
      'default via 10.0.1.253 dev eth1 src 10.0.1.20 onlink table 21001',
    ]);
  });

  it('sets known IPv6 addresses by hand and listens to no advertisement', async () => {
    const ipv6 = family({
      address: '2001:db8::1' as Address,
      further: ['2001:db8::2' as Address, '2001:db8::3' as Address],
    });

    const files = await rendered(network([secondary({ ipv6 })]), stack);

    const text = files.get(`${scripts}/ifcfg-eth1`)?.text;
    expect(text).toContain('IPV6_AUTOCONF=no\nIPV6ADDR=2001:db8::1/128\n');
    expect(text).toContain('IPV6ADDR_SECONDARIES="2001:db8::2/128 2001:db8::3/128"\n');
    expect(text).not.toContain('DHCPV6C');
  });

  it('asks DHCPv6 only for an address that is not known', async () => {
    const ipv6 = family({ address: null, further: [] });

    const files = await rendered(network([secondary({ ipv6 })]), stack);

    expect(files.get(`${scripts}/ifcfg-eth1`)?.text).toContain('DHCPV6C=yes\n');
  });

  it('gives a VLAN its own MAC instead of asking for it', async () => {
    const vlan = { parent: 'eth1', parentMac: '00:16:3e:00:00:09' as Mac, id: 100 };

    const files = await rendered(network([secondary({ name: 'eth1.100', vlan })]), stack);

    const lines = linesOf([files.get(`${scripts}/ifcfg-eth1.100`)!]);
    expect(lines).toEqual(expect.arrayContaining(['VLAN=yes', 'PHYSDEV=eth1', 'MACADDR=00:16:3E:00:00:01']));
    expect(lines.some((line) => line.startsWith('HWADDR'))).toBe(false);
  });

  it('keeps the subnet of a lease out of main', () => {
    expect(ifcfg.connected(stack, 'dhcp', 'ipv4')).toBe('table');
    expect(ifcfg.connected(stack, 'static', 'ipv4')).toBe('table');
    expect(ifcfg.connected(stack, 'dhcp', 'ipv6')).toBe('table');
  });
});

describe('the guard in ifcfg-', () => {
  /** dhclient-script: the lease is in the environment, then the file is sourced, then it acts. */
  const sourced = (text: string, variable: string) =>
    execFileSync('/bin/sh', ['-euc', `set +u; eval "$FILE"; printf '%s|' "$${variable}" "$new_ip_address"`], {
      encoding: 'utf8',
      env: { FILE: text, [variable]: '0,10.0.1.253', new_ip_address: '10.0.1.20' },
    });

  it.each([
    ['new_subnet_mask', '255.255.255.255|10.0.1.20|'],
    ['old_subnet_mask', '255.255.255.255|10.0.1.20|'],
    ['new_prefix', '32|10.0.1.20|'],
    ['old_prefix', '32|10.0.1.20|'],
    ['new_classless_static_routes', '|10.0.1.20|'],
    ['old_classless_static_routes', '|10.0.1.20|'],
    ['new_static_routes', '|10.0.1.20|'],
    ['old_static_routes', '|10.0.1.20|'],
    ['new_host_name', '|10.0.1.20|'],
    ['new_interface_mtu', '0,10.0.1.253|10.0.1.20|'],
    ['new_routers', '0,10.0.1.253|10.0.1.20|'],
  ])('%s: %s', async (variable, left) => {
    const file = (await rendered(network([leased]), stack)).get(`${scripts}/ifcfg-eth1`);

    expect(sourced(file?.text ?? '', variable)).toBe(left);
  });
});

describe('properties of network-scripts files', () => {
  const any = anyNetwork((method, family) => ifcfg.connected(stack, method, family));

  it('hold every route and rule, and nothing else', async () => {
    await fc.assert(
      fc.asyncProperty(any, async (wanted) => {
        const files = [...(await rendered(wanted, stack)).values()];
        const read = (kind: string, reader: (line: string, flag: string) => string) =>
          files
            .map((file) => ({ file, six: new RegExp(`/${kind}(6?)-`).exec(file.path)?.[1] }))
            .flatMap(({ file, six }) =>
              six === undefined ? [] : linesOf([file]).map((line) => reader(line, six)),
            );
        expect(read('route', readRoute).sort()).toEqual(
          wanted.secondaries.flatMap((nic) => nic.routes.map(routeKey)).sort(),
        );
        expect(read('rule', readRule).sort()).toEqual(
          wanted.secondaries.flatMap((nic) => nic.rules.map(ruleKey)).sort(),
        );
      }),
      { numRuns: 60 },
    );
  });

  it('set every address exactly once, but for the one that comes by DHCP', async () => {
    await fc.assert(
      fc.asyncProperty(any, async (wanted) => {
        const files = [...(await rendered(wanted, stack)).values()];
        const text = linesOf(files.filter((file) => file.path.includes('/ifcfg-'))).join('\n');
        const set = [
          ...text.matchAll(/^IPADDR\d*=(.*)$/gm),
          ...text.matchAll(/^IPV6ADDR(?:_SECONDARIES)?=(.*)$/gm),
        ]
          .flatMap(([, value = '']) => value.replace(/"/g, '').split(' '))
          .map((value) => value.replace('/128', ''));
        const expected = wanted.secondaries.flatMap(({ ipv4, ipv6 }) => [
          ...(ipv4?.method === 'static' ? [ipv4.address] : []),
          ...(ipv4?.further ?? []),
          ...(ipv6?.address == null ? [] : [ipv6.address]),
          ...(ipv6?.further ?? []),
        ]);
        expect(set.sort()).toEqual(expected.sort());
      }),
      { numRuns: 60 },
    );
  });
});

describe('the checker of network-scripts files', () => {
  const change = (text: string, from: string | RegExp, to: string) => {
    const changed = text.replace(from, to);
    if (changed === text) throw new Error(`nothing to change: ${from}`);
    return changed;
  };

  it.each([
    ['ifcfg-eth1', 'DEFROUTE=no', 'DEFROUTE=yes', 'DEFROUTE=yes'],
    ['ifcfg-eth1', 'DEFROUTE=no\n', '', 'lacks DEFROUTE'],
    ['ifcfg-eth1', /$/, 'GATEWAY=10.0.1.253\n', 'unknown key GATEWAY'],
    ['ifcfg-eth1', /$/, 'ONBOOT=no\n', 'ONBOOT is there twice'],
    ['ifcfg-eth1', /$/, 'rm -rf /\n', 'is not a setting'],
    ['ifcfg-eth1', /$/, 'MTU=$(reboot)\n', 'would not take the value of MTU'],
    ['ifcfg-eth1', /$/, 'MTU="`reboot`"\n', 'would not take the value of MTU'],
    ['ifcfg-eth1', /$/, 'MTU=1500;reboot\n', 'would not take the value of MTU'],
    ['ifcfg-eth1', /$/, 'MTU=1500 reboot\n', 'would not take the value of MTU'],
    ['ifcfg-eth1', /$/, 'export MTU=1500\n', 'is not a setting'],
    ['ifcfg-eth1', 'HWADDR=00', 'HWADDR=02', 'not bound to'],
    ['ifcfg-eth1', 'DEVICE=eth1', 'DEVICE=eth0', 'DEVICE is not eth1'],
    ['ifcfg-eth1', 'new_classless_static_routes=\n', '', 'lacks new_classless_static_routes='],
    ['ifcfg-eth1', 'new_static_routes=\n', 'new_static_routes=1.2.3.4\n', 'is not what it takes'],
    ['ifcfg-eth1', /$/, 'IPADDR1=10.0.1.22\n', 'not every IPADDRn has its PREFIXn'],
    ['ifcfg-eth1:1', 'IPADDR=10.0.1.21', 'IPADDR=10.0.1.21/24', 'is not what it takes'],
    ['ifcfg-eth1:1', 'NETMASK=255.255.255.255\n', '', 'lacks NETMASK'],
    ['ifcfg-eth1:1', 'ARPCHECK=no\n', '', 'lacks ARPCHECK'],
    ['ifcfg-eth1:1', 'IPV6INIT=no\n', '', 'runs ifup-ipv6 without IPV6INIT=no'],
    ['route-eth1', / table 21001/, '', 'a route without a table'],
    ['route-eth1', /$/, 'default via 10.0.1.253 table 254\n', 'a default route in main needs a metric'],
    ['route-eth1', /$/, '2001:db8::/64 dev eth1 table 21001\n', 'is no destination'],
    ['route-eth1', 'dev eth1', 'dev eth1 # mine', '"#" is not known here'],
    ['route-eth1', /$/, '10.0.0.0/8 dev eth1 dev eth0 table 1\n', 'dev is there twice'],
    ['rule-eth1', / priority 21001/, '', 'a rule without a priority'],
    ['rule-eth1', /$/, 'table 21001 priority 5\n', 'a rule for every packet'],
    ['rule-eth1', /$/, 'add from 10.0.0.1/32 table 1 priority 1\n', '"add" is not known here'],
    ['rule-eth1', /$/, 'from 10.0.0.1/32 constructor 1\n', '"constructor" is not known here'],
    ['dhclient-eth1', 'interface-mtu', 'static-routes', 'asks for static-routes'],
    ['dhclient-eth1', /$/, 'script "/tmp/x";\n', 'is no statement of ours'],
  ])('%s: %s -> %j: %s', async (part, from, to, message) => {
    const all = [...(await rendered(network([leased]), stack)).values()];
    const file = all.find(({ path }) => path.endsWith(part) || path.endsWith(`${part}.conf`));
    if (file === undefined) throw new Error(`no file ${part}`);

    const problems = ifcfg.check({ ...file, text: change(file.text, from, to) });

    expect(ifcfg.check(file)).toEqual([]);
    expect(problems.map((problem) => problem.message).join('\n')).toContain(message);
    expect(problems[0]).toMatchObject({ code: 'template-output', place: file.template });
  });

  it('refuses an address that would be asked for on the wire', async () => {
    const file = (await rendered(network([fixed]), stack)).get(`${scripts}/ifcfg-eth1`)!;
    const text = file.text.replace('ARPCHECK1=no\n', '');

    expect(ifcfg.check(file)).toEqual([]);
    expect(ifcfg.check({ ...file, text })[0]?.message).toContain('IPADDR1 lacks ARPCHECK1=no');
  });

  it('refuses a gap between addresses', async () => {
    const file = (await rendered(network([fixed]), stack)).get(`${scripts}/ifcfg-eth1`)!;
    const text = file.text.replace(/IPADDR1/, 'IPADDR3').replace(/PREFIX1/, 'PREFIX3');

    expect(ifcfg.check({ ...file, text })[0]?.message).toContain('IPADDRn has a gap');
  });

  it('refuses a path of nobody', async () => {
    const [file] = (await rendered(network([fixed]), stack)).values();

    expect(ifcfg.check({ ...file!, path: '/etc/sysconfig/network' })).toHaveLength(1);
  });

  it.each(['10.0.1.253; reboot', '10.0.1.253 dev eth0', '$(reboot)', '10.0.1.253\nx'])(
    '%j as an address never gets as far as a file',
    async (text) => {
      const nic = { ...leased, routes: [route('10.9.0.0/16', text)] };

      expect(await tryRender(network([nic]), stack)).toMatchObject({ ok: false });
    },
  );
});
