import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { Address, Prefix } from '../model/address.ts';
import type { DesiredInterface } from '../model/desired.ts';
import type { RenderedFile } from '../model/file.ts';
import type { Mac } from '../model/mac.ts';
import type { FormatId, Stack } from '../model/stack.ts';
import { formats } from './registry.ts';
import { render } from './render.ts';
import { templateSource } from './templates.ts';
import { family, network, route, secondary, stackOf } from './testing.ts';

const templates = templateSource([
  {
    directory: 'templates',
    files: {
      readText: async (path) => ({ ok: true, value: await readFile(path, 'utf8').catch(() => null) }),
    },
  },
]);

async function files(
  stack: Stack,
  nics: readonly DesiredInterface[] = [secondary()],
): Promise<readonly RenderedFile[]> {
  const result = await render({ ...network(nics), sysctls: [] }, stack, templates, { dns: false });
  if (!result.ok) throw new Error(JSON.stringify(result.problem));
  return result.value;
}

async function only(stack: Stack, part: string, nics?: readonly DesiredInterface[]): Promise<RenderedFile> {
  const found = (await files(stack, nics)).find((file) => file.path.includes(part));
  if (found === undefined) throw new Error(`no file ${part}`);
  return found;
}

const networkd252 = stackOf('networkd', { systemd: [252] });
const netplan0106 = stackOf('netplan', { systemd: [252], netplan: [0, 106] }, { renderer: 'networkd' });
const keyfile = stackOf('keyfile', { networkmanager: [1, 42] });
const dhclient = stackOf('interfaces', {}, { dhcpClient: 'dhclient', include: 'any-name' });
const dhcpcd = stackOf('interfaces', {}, { dhcpClient: 'dhcpcd', include: 'any-name' });

describe('networkd', () => {
  it.each([
    [219, ['0-enid-eth1.network', 'enid-policy-eth1.service', '60-enid-eth1.conf']],
    [232, ['0-enid-eth1.network', 'enid-policy-eth1.service', '60-enid-eth1.conf']],
    [235, ['0-enid-eth1.network']],
    [257, ['0-enid-eth1.network']],
  ])('systemd %d gets %j', async (systemd, names) => {
    const made = await files(stackOf('networkd', { systemd: [systemd] }));

    expect(made.map((file) => file.path.split('/').pop()).sort()).toEqual([...names].sort());
  });

  it('keeps its address while it asks anew, whether metadata or the lease tells it', async () => {
    const lease = secondary({ ipv4: family({ byLease: true, address: null, further: [] }) });
    const untold = await only(networkd252, '.network', [lease]);

    expect((await only(networkd252, '.network')).text).toContain('KeepConfiguration=dhcp\n');
    expect(untold.text).toContain('KeepConfiguration=dhcp\n');
    expect((await only(stackOf('networkd', { systemd: [242] }), '.network', [lease])).text).not.toContain(
      'KeepConfiguration',
    );
    expect((await only(netplan0106, '60-enid.conf')).text).toContain('[Network]\nKeepConfiguration=dhcp\n');
  });

  it('listens to advertisements only beside an IPv6 lease of which nothing is known, and takes them into the table', async () => {
    const unknown = secondary({ ipv6: family({ byLease: true, address: null, further: [] }) });
    const known = secondary({ ipv6: family({ address: '2001:db8:1::20' as Address, further: [] }) });
    const told = '[IPv6AcceptRA]\nRouteTable=21001\nUseAutonomousPrefix=no\n';

    expect((await only(networkd252, '.network', [unknown])).text).toContain(told);
    expect((await only(netplan0106, '60-enid.conf', [unknown])).text).toContain(told);
    expect((await only(networkd252, '.network', [known])).text).not.toContain('[IPv6AcceptRA]');
    expect((await only(stackOf('networkd', { systemd: [243] }), '.network', [unknown])).text).toContain(
      'IPv6AcceptRA=no\n',
    );
  });

  it('leaves a lease to versions that can keep its connected route out of main', async () => {
    const old = await only(stackOf('networkd', { systemd: [243] }), '.network');
    const recent = await only(stackOf('networkd', { systemd: [244] }), '.network');

    expect(old.text).toContain('DHCP=no');
    expect(old.text).toContain('Address=10.0.1.20/32');
    expect(recent.text).toContain('DHCP=ipv4');
    expect(recent.text).toContain('RouteTable=21001');
    expect(recent.text).not.toContain('Address=10.0.1.20/32');
  });

  it('asks by DHCP where the address is not known, whatever the version', async () => {
    const nic = secondary({ ipv4: family({ address: null, further: [] }), rules: [] });

    const file = await only(stackOf('networkd', { systemd: [219] }), '.network', [nic]);

    expect(file.text).toContain('[DHCP]');
    expect(file.text).toContain('UseRoutes=no');
  });

  it('leaves the connected route in main without policy routing', async () => {
    const nic = secondary({ ipv4: family({ connected: 'main' }), routes: [], rules: [] });

    expect((await only(networkd252, '.network', [nic])).text).not.toContain('RouteTable');
  });

  it('names a source that only a lease brings when the version waits for it', async () => {
    expect((await only(stackOf('networkd', { systemd: [247] }), '.network')).text).not.toContain(
      'PreferredSource',
    );
    expect((await only(stackOf('networkd', { systemd: [249] }), '.network')).text).toContain(
      'PreferredSource',
    );
  });

  it('makes a VLAN and hangs it on its parent', async () => {
    const vlan = { parent: 'eth1', parentMac: '00:16:3e:00:00:01' as Mac, id: 100 };
    const child = secondary({
      name: 'eth1.100',
      mac: '00:16:3e:00:00:02' as Mac,
      vlan,
      routes: [],
      rules: [],
    });

    const made = await files(networkd252, [secondary(), child]);

    const text = (part: string) => made.find((file) => file.path.endsWith(part))?.text;
    expect(text('0-enid-eth1.network')).toContain('VLAN=eth1.100');
    expect(text('0-enid-eth1.100.netdev')).toContain('MACAddress=00:16:3e:00:00:02');
    expect(text('0-enid-eth1.100.network')).toContain('Name=eth1.100');
  });
});

describe('a VLAN on a NIC whose files are not ours', () => {
  const onPrimary = secondary({
    name: 'eth-0.200',
    mac: '00:16:3e:00:00:02' as Mac,
    vlan: { parent: 'eth-0', parentMac: '00:16:3e:00:00:00' as Mac, id: 200 },
  });

  it('is made by a unit that waits for the device of its parent', async () => {
    for (const stack of [networkd252, netplan0106]) {
      const made = await files(stack, [onPrimary]);
      expect(made.map((file) => file.path)).toEqual([
        '/etc/systemd/network/0-enid-eth-0.200.network',
        '/etc/systemd/system/enid-vlan-eth-0.200.service',
        '/etc/systemd/system/systemd-networkd.service.d/60-enid-eth-0.200.conf',
      ]);
      expect(made[1]?.text).toContain('BindsTo=sys-subsystem-net-devices-eth\\x2d0.device\n');
    }
  });

  it('is a profile of ours behind netplan with NetworkManager', async () => {
    const stack = stackOf('netplan', { netplan: [0, 106] }, { renderer: 'networkmanager' });
    const [profile] = await files(stack, [onPrimary]);
    expect(profile?.path).toBe('/etc/NetworkManager/system-connections/enid-eth-0.200.nmconnection');
    expect(profile?.text).toContain('[vlan]\nparent=eth-0\nid=200\n');
  });

  it.each([
    [/ExecStart=\/bin\/grep.*\n/, '', 'does not test the MAC of the parent first'],
    ['ExecStart=-/sbin/ip link add', 'ExecStart=-/sbin/ip link del', 'is not what it takes'],
    ['type vlan id 200', 'type vlan id 200; reboot', 'is not what it takes'],
    [/BindsTo=.*\n/, '', 'lacks BindsTo'],
    [/BindsTo=.*\n/, 'BindsTo=network.target\n', 'is not what it takes'],
  ] as const)('its unit is refused: %s -> %j', async (from, to, message) => {
    const unit = await only(networkd252, 'enid-vlan-', [onPrimary]);
    expect(formats.networkd.check(unit)).toEqual([]);
    const problems = formats.netplan.check({ ...unit, text: unit.text.replace(from, to) });
    expect(problems.map((problem) => problem.message).join()).toContain(message);
  });
});

describe('netplan', () => {
  it('adds the drop-in to the file that netplan makes of it', async () => {
    const made = await files(netplan0106);

    expect(made.map((file) => file.path)).toEqual([
      '/etc/netplan/60-enid-eth1.yaml',
      '/etc/systemd/network/10-netplan-0-enid-eth1.network.d/60-enid.conf',
    ]);
    expect(made[0]?.mode).toBe(0o600);
  });

  it('needs a drop-in where the address is static only for a rule that it has no key for', async () => {
    const fixed = secondary({ ipv4: family({ method: 'static' }) });
    const plain = fixed.rules.filter((one) => one.suppressPrefixLength === null);

    expect(await files(netplan0106, [{ ...fixed, rules: plain }])).toHaveLength(1);
    const dropIn = (await files(netplan0106, [fixed])).find(({ path }) => path.endsWith('.conf'));
    expect(dropIn?.text.split('\n').slice(2).join(' ')).toBe(
      '[RoutingPolicyRule] From=0.0.0.0/32 To=10.0.1.0/24 Table=254 SuppressPrefixLength=24 Priority=21997 ',
    );
  });

  it('hands every VLAN to the back end, also one on a NIC of ours', async () => {
    const vlan = { parent: 'eth1', parentMac: '00:16:3e:00:00:01' as Mac, id: 100 };
    const child = secondary({ name: 'eth1.100', mac: '00:16:3e:00:00:02' as Mac, slot: 2, vlan });
    const made = await files(netplan0106, [secondary(), child]);

    expect(made.map((file) => file.path).filter((path) => path.includes('.100'))).toEqual([
      '/etc/systemd/network/0-enid-eth1.100.network',
      '/etc/systemd/system/enid-vlan-eth1.100.service',
      '/etc/systemd/system/systemd-networkd.service.d/60-enid-eth1.100.conf',
    ]);
    expect(made.find((file) => file.path.endsWith('.yaml'))?.text).not.toContain('vlan');
  });

  it('writes no overrides for versions before 0.95', async () => {
    const nic = secondary({ ipv4: family({ address: null }) });
    const stack = stackOf('netplan', { systemd: [237], netplan: [0, 36] }, { renderer: 'networkd' });

    expect((await only(stack, '.yaml', [nic])).text).not.toContain('overrides');
  });

  it('hands rules through to NetworkManager', async () => {
    const stack = stackOf('netplan', { netplan: [0, 106] }, { renderer: 'networkmanager' });

    const { text } = await only(stack, '.yaml');

    expect(text).toContain(
      'ipv4.routing-rule3: "priority 21997 from 0.0.0.0/32 to 10.0.1.0/24 table 254 suppress_prefixlength 24"',
    );
    expect(text).toContain('ipv4.route-table: "21001"');
    expect(text).not.toContain('routing-policy');
  });
});

describe('keyfile', () => {
  it('binds to the MAC alone, with one id for life', async () => {
    const before = await only(keyfile, 'eth1');
    const after = await only(keyfile, 'ens7', [secondary({ name: 'ens7' })]);

    const uuid = /^uuid=(.*)$/m;
    expect(before.text).toContain('mac-address=00:16:3E:00:00:01');
    expect(before.text).not.toContain('interface-name');
    expect(before.text.match(uuid)?.[1]).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
    expect(after.text.match(uuid)?.[1]).toBe(before.text.match(uuid)?.[1]);
  });

  it('names no source behind a lease, and leaves its subnet to route-table', async () => {
    const { text } = await only(keyfile, 'eth1');

    expect(text).toContain('route-table=21001');
    expect(text).toContain('route1=0.0.0.0/0,10.0.1.253\nroute1_options=table=21001\n');
    expect(text).not.toContain('src=');
    expect(text).not.toContain('route2');
  });

  it('names source and subnet of a static address', async () => {
    const nic = secondary({ ipv4: family({ method: 'static' }) });

    const { text } = await only(keyfile, 'eth1', [nic]);

    expect(text).toContain('method=manual\naddress1=10.0.1.20/32\naddress2=10.0.1.21/32\n');
    expect(text).toContain('route1=10.0.1.0/24\nroute1_options=table=21001,src=10.0.1.20\n');
  });
});

describe('interfaces', () => {
  it.each([
    ['any-name', ['/etc/network/interfaces.d/enid-eth1_100']],
    ['plain-names', ['/etc/network/interfaces.d/enid-eth1_100']],
    ['cfg-suffix', ['/etc/network/interfaces.d/enid-eth1_100.cfg']],
    ['none', ['/etc/network/if-up.d/enid-eth1_100', '/etc/network/interfaces.d/enid-eth1_100']],
  ] as const)('with include %s is written to %j', async (include, paths) => {
    const nic = secondary({ name: 'eth1.100', ipv4: family({ method: 'static' }), routes: [] });

    const made = await files({ ...dhclient, include }, [nic]);

    expect(made.map((file) => file.path)).toEqual(paths);
  });

  it('keeps dhclient from main by a hook, dhcpcd by a configuration of its own', async () => {
    const main = secondary();

    const hook = await only(dhclient, '/dhclient-enter-hooks.d/', [main]);
    expect((await only(dhcpcd, 'interfaces.d', [main])).text).toContain(
      '    address 10.0.1.20\n    netmask 255.255.255.255\n',
    );
    const lease = secondary({ ipv4: family({ byLease: true, address: null, further: [] }) });
    const config = await only(dhcpcd, '.dhcpcd', [lease]);

    expect(hook.text).toContain('= "00:16:3e:00:00:01" ]');
    expect(config.text).toContain('\nnogateway\n');
    expect(formats.interfaces.connected(dhclient, 'dhcp', 'ipv4')).toBe('table');
    expect(formats.interfaces.connected(dhcpcd, 'dhcp', 'ipv4')).toBe('table');
    expect(formats.interfaces.connected(dhclient, 'static', 'ipv4')).toBe('table');
  });

  it('writes the primary table with the device that each route leaves by', async () => {
    const guard = route('0.0.0.0/0', '10.0.0.253', {
      table: 21000,
      device: 'eth0',
      source: '10.0.0.10' as Address,
    });
    const nic = secondary({ ipv4: family({ connected: 'main' }), routes: [guard] });

    const { text } = await only(dhclient, 'interfaces.d', [nic]);

    expect(text).toContain(
      'up ip -4 route replace 0.0.0.0/0 via 10.0.0.253 dev eth0 src 10.0.0.10 table 21000 || true\n',
    );
  });

  it('tests for the MAC in every stanza', async () => {
    const ipv6 = family({
      address: '2001:db8::1' as Address,
      further: [],
      subnet: '2001:db8::/64' as Prefix,
    });

    const { text } = await only(dhclient, 'interfaces.d', [secondary({ ipv6 })]);

    expect(text.match(/pre-up grep -qix 00:16:3e:00:00:01 \/sys\/class\/net\/eth1\/address/g)).toHaveLength(
      2,
    );
  });
});

describe('default_route: metric', () => {
  it.each([
    ['networkd', networkd252, '.network', 'Metric=21001\nTable=254\n'],
    ['netplan', netplan0106, '.yaml', 'metric: 21001\n          table: 254\n'],
    ['keyfile', keyfile, 'eth1', 'route2=0.0.0.0/0,10.0.1.253,21001\nroute2_options=table=254\n'],
    [
      'interfaces',
      dhclient,
      'interfaces.d',
      'via 10.0.1.253 dev eth1 src 10.0.1.20 table 254 metric 21001 || true\n',
    ],
  ] as const)('%s writes the worse default into main', async (_format, stack, part, line) => {
    const inMain = route('0.0.0.0/0', '10.0.1.253', { table: 254, metric: 21001 });

    const { text } = await only(stack, part, [secondary({ routes: [...secondary().routes, inMain] })]);

    expect(text).toContain(line);
  });
});

describe('two links whose names differ only in what a file name cannot carry', () => {
  it('are an error, not one file for both', async () => {
    const nics = [
      secondary({ name: 'eth1.1' }),
      secondary({ name: 'eth1_1', mac: '00:16:3e:00:00:02' as Mac }),
    ];

    const made = await render(network(nics), dhclient, templates, { dns: false });

    expect(made).toMatchObject({ ok: false, problem: { code: 'template-output' } });
  });
});

describe('what a changed template might make is refused', () => {
  const change = (text: string, from: string | RegExp, to: string) => {
    const changed = text.replace(from, to);
    if (changed === text) throw new Error(`nothing to change: ${from}`);
    return changed;
  };

  it.each([
    ['networkd', networkd252, '.network', /$/, '[Bridge]\n', 'unknown section [Bridge]'],
    ['networkd', networkd252, '.network', /$/, '[Network]\n', 'a second section [Network]'],
    ['networkd', networkd252, '.network', 'DHCP=ipv4', 'DHCP=ipv4\nDHCP=ipv4', 'DHCP is there twice'],
    ['networkd', networkd252, '.network', 'DHCP=ipv4', 'Bridge=br0', 'unknown key Bridge'],
    [
      'networkd',
      networkd252,
      '.network',
      'UseRoutes=no',
      'UseRoutes=yes',
      'UseRoutes=yes is not what it takes',
    ],
    ['networkd', networkd252, '.network', 'UseRoutes=no\n', '', '[DHCPv4] lacks UseRoutes'],
    ['networkd', networkd252, '.network', '00:16:3e:00:00:01', '00:16:3e:00:00:99', '[Match] does not name'],
    ['networkd', networkd252, '.network', '[Match]', 'Name=eth1\n[Match]', 'stands before any section'],
    ['networkd', networkd252, '.network', 'Table=254', 'Table=main', 'Table=main is not what it takes'],
    ['networkd', networkd252, '.network', 'IPv6AcceptRA=no', 'IPv6AcceptRA=yes', 'has no table for them'],
    ['networkd', networkd252, '.network', /$/, '[IPv6AcceptRA]\nUseDNS=no\n', 'lacks RouteTable'],
    [
      'networkd',
      networkd252,
      '.network',
      /$/,
      '[IPv6AcceptRA]\nRouteTable=254\nUseAutonomousPrefix=no\n',
      'no table for them',
    ],
    ['networkd', networkd252, '.network', /$/, 'nonsense\n', 'is neither a section nor a setting'],
    [
      'networkd',
      stackOf('networkd', { systemd: [219] }),
      '.service',
      '-/sbin/ip -4 rule',
      '/bin/sh -c ip rule',
      'ExecStart=',
    ],
    [
      'netplan',
      netplan0106,
      '.yaml',
      'optional: true',
      'optoinal: true',
      'unknown key network.network.ethernets.0-enid-eth1.optoinal',
    ],
    [
      'netplan',
      netplan0106,
      '.yaml',
      '"00:16:3e:00:00:01"',
      '"00:16:3e:00:00:99"',
      'macaddress is not what it takes',
    ],
    [
      'netplan',
      netplan0106,
      '.yaml',
      '"0-enid-eth1":',
      '"eth0":',
      'unknown key network.network.ethernets.eth0',
    ],
    ['netplan', netplan0106, '.yaml', 'version: 2', 'version: 2\n  version: 2', 'Map keys must be unique'],
    [
      'netplan',
      netplan0106,
      '.yaml',
      'use-routes: false',
      'use-routes: true',
      'takes the routes of its lease, and no table for them',
    ],
    [
      'netplan',
      netplan0106,
      '.yaml',
      'accept-ra: false',
      'accept-ra: true',
      'accept-ra is not what it takes',
    ],
    [
      'netplan',
      netplan0106,
      '60-enid.conf',
      '[Network]',
      '[Network]\nIPv6AcceptRA=yes',
      'has no table for them',
    ],
    ['netplan', netplan0106, '.yaml', 'dhcp4: true', 'gateway4: 10.0.0.1', 'unknown key'],
    ['netplan', netplan0106, '.yaml', '      dhcp4: true', '  dhcp4: true', ''],
    ['netplan', netplan0106, '60-enid.conf', 'RouteTable', 'UseRoutes', 'unknown key UseRoutes'],
    [
      'keyfile',
      keyfile,
      'eth1',
      'route-table=21001\nnever-default=true',
      'never-default=false',
      'takes the routes of its lease, and no table for them',
    ],
    ['keyfile', keyfile, 'eth1', /$/, '[proxy]\n', 'unknown section [proxy]'],
    ['keyfile', keyfile, 'eth1', 'mac-address=00', 'mac-address=02', 'not bound to'],
    ['keyfile', keyfile, 'eth1', 'priority 21001 from', 'from', 'routing-rule1=from'],
    ['interfaces', dhclient, 'interfaces.d', /$/, 'iface eth0 inet dhcp\n', 'a second or foreign stanza'],
    ['interfaces', dhclient, 'interfaces.d', /$/, 'auto eth0\n', 'a second or foreign stanza'],
    ['interfaces', dhclient, 'interfaces.d', /$/, '    gateway 10.0.1.253\n', 'unknown line "gateway'],
    ['interfaces', dhclient, 'interfaces.d', /$/, '    up reboot\n', 'unknown line "up reboot"'],
    [
      'interfaces',
      dhclient,
      'interfaces.d',
      /( lookup 21001 priority 21998) \|\| true/,
      '$1',
      'unknown line "up ip',
    ],
    [
      'interfaces',
      dhclient,
      'interfaces.d',
      /$/,
      '    accept_ra 1\n',
      'would take the default and the subnet of router advertisements into main',
    ],
    ['interfaces', dhclient, 'interfaces.d', / {4}pre-up grep.*\n/, '', 'does not test for'],
    ['interfaces', dhclient, 'enter-hooks', 'unset new_routers', 'rm -rf / new_routers', 'unknown line'],
    ['interfaces', dhclient, 'enter-hooks', '00:16:3e:00:00:01', '00:16:3e:00:00:99', 'does not test for'],
    ['interfaces', dhclient, '/dhcp/enid-', 'request ', 'request routers, host-name, ', 'asks for host-name'],
    ['interfaces', dhclient, '/dhcp/enid-', 'supersede', 'append', 'is no statement of ours'],
    ['interfaces', { ...dhclient, include: 'none' as const }, 'if-up.d', 'exit 0', 'exit 1', 'unknown line'],
  ] as const)('%s: %s %s -> %j', async (id, stack, part, from, to, message) => {
    const file = await only(stack, part);

    const problems = formats[id].check({ ...file, text: change(file.text, from, to) });

    expect(formats[id].check(file)).toEqual([]);
    expect(problems.map((problem) => problem.message).join('\n')).toContain(message);
    expect(problems[0]).toMatchObject({ code: 'template-output', place: file.template });
  });

  it('interfaces: a dhcpcd that would take the gateway', async () => {
    const lease = secondary({ ipv4: family({ byLease: true, address: null, further: [] }) });
    const file = await only(dhcpcd, '.dhcpcd', [lease]);

    const [problem] = formats.interfaces.check({ ...file, text: file.text.replace('nogateway\n', '') });

    expect(formats.interfaces.check(file)).toEqual([]);
    expect(problem?.message).toContain('lacks nogateway');
  });

  it.each([
    ['netplan', netplan0106, '.yaml'],
    ['keyfile', keyfile, 'eth1'],
  ] as const)('%s: a mode that others can read', async (id, stack, part) => {
    const file = await only(stack, part);

    expect(formats[id].check({ ...file, mode: 0o644 })).toHaveLength(1);
  });

  it.each(['netplan', 'networkd', 'keyfile', 'interfaces'] as const)('%s: a path of nobody', async (id) => {
    const file = { ...(await only(keyfile, 'eth1')), path: '/etc/passwd' };

    expect(formats[id].check(file)).not.toHaveLength(0);
  });
});

describe('the policy rules that a stack can keep', () => {
  const said = (format: FormatId, versions: Partial<Stack['versions']>, changes: Partial<Stack> = {}) => {
    const { unspecifiedSource, suppressPrefixLength } = formats[format].ruleForms(
      stackOf(format, versions, changes),
    );
    return [unspecifiedSource, suppressPrefixLength];
  };

  it.each([
    // networkd drops a From= of zeroes below 249, and has SuppressPrefixLength= since 245; below 235 a unit runs `ip`.
    ['networkd', { systemd: [234] }, [true, true]],
    ['networkd', { systemd: [235] }, [false, false]],
    ['networkd', { systemd: [244] }, [false, false]],
    ['networkd', { systemd: [245] }, [false, true]],
    ['networkd', { systemd: [248] }, [false, true]],
    ['networkd', { systemd: [249] }, [true, true]],
    ['networkd', { systemd: [249], kernel: [3, 11] }, [true, false]],
    ['keyfile', { networkmanager: [1, 19] }, [true, false]],
    ['keyfile', { networkmanager: [1, 20] }, [true, true]],
    ['ifcfg-nm', { networkmanager: [1, 14] }, [true, true]],
    ['ifcfg-nm', { networkmanager: [1, 18] }, [true, false]],
    ['ifcfg', { kernel: [2, 6, 32] }, [true, false]],
    ['ifcfg', { kernel: [3, 10] }, [true, false]],
    ['ifcfg', { kernel: [3, 12] }, [true, true]],
    ['interfaces', { kernel: null }, [true, false]],
    ['ifcfg-suse', { wicked: [0, 6, 77] }, [false, true]],
    ['none', {}, [true, true]],
  ] as const)('%s %j: without a source, suppress_prefixlength: %j', (format, versions, forms) => {
    expect(said(format, versions, format === 'ifcfg-suse' ? { id: 'wicked' } : {})).toEqual(forms);
  });

  it('are those of the back end with netplan', () => {
    expect(said('netplan', { systemd: [245] }, { renderer: 'networkd' })).toEqual([false, true]);
    const behind = { systemd: [245], networkmanager: [1, 42] };
    expect(said('netplan', behind, { renderer: 'networkmanager' })).toEqual([true, true]);
  });
});
