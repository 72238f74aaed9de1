import { describe, expect, test } from 'vitest';
import { execOf, filesOf, type Tree } from '../../distro/testdata/machine.ts';
import { fail, ok } from '../../model/problem.ts';
import { findAgents } from './agents.ts';
import { findAutomatic } from './automatic.ts';
import { describeCloudInit } from './cloud-init.ts';
import { daemonRuns, describeIp, findDriverless, readBootTime } from './machine.ts';
import { parseNamePins, readNamePins } from './name-pins.ts';
import { askServices, type Service, startsAtBoot } from './services.ts';
import { readStatus } from './status.ts';

const off = fail('command-missing', 'systemctl', 'systemd does not run here');
const services = (units: Readonly<Record<string, Partial<Service>>> = {}) =>
  ok(
    new Map(
      Object.entries(units).map(([unit, state]) => [
        unit,
        { loaded: true, on: false, enabled: false, ...state },
      ]),
    ),
  );
const unreadable = (path: string): Tree => ({ [path]: { unreadable: true } });

describe('other agents', () => {
  const found = async (tree: Tree, asked: Parameters<typeof findAgents>[1] = services()) =>
    (await findAgents(filesOf(tree), asked)) as { ok: true; value: readonly object[] };

  test('none on a plain machine, with systemd or without', async () => {
    expect(await found({})).toEqual(ok([]));
    expect(await found({}, off)).toEqual(ok([]));
  });

  test('a udev rule acts whatever the service is', async () => {
    const where = '/lib/udev/rules.d/61-eni.rules';
    expect(await found({ [where]: 'x' })).toEqual(ok([{ id: 'multi-nic-util', acts: ok(true), where }]));
  });

  test('the rule of cloud-init’s hot-plug hook is known by its older name too', async () => {
    const where = '/etc/udev/rules.d/10-cloud-init-hook-hotplug.rules';
    expect(await found({ [where]: 'x' })).toEqual(ok([{ id: 'cloud-init-hotplug', acts: ok(true), where }]));
  });

  test('a masked rule does not act', async () => {
    const tree: Tree = {
      '/etc/udev/rules.d/61-eni.rules': { link: '/dev/null' },
      '/lib/udev/rules.d/61-eni.rules': 'x',
      '/etc/eni_utils/net.hotplug': 'x',
    };
    expect(await found(tree)).toEqual(
      ok([{ id: 'multi-nic-util', acts: ok(false), where: '/etc/eni_utils' }]),
    );
  });

  test('a service that is on acts; one that is only there does not', async () => {
    expect(await found({}, services({ 'nm-cloud-setup.timer': { on: true } }))).toEqual(
      ok([{ id: 'nm-cloud-setup', acts: ok(true), where: 'nm-cloud-setup.timer' }]),
    );
    expect(await found({}, services({ 'nm-cloud-setup.timer': {} }))).toEqual(
      ok([{ id: 'nm-cloud-setup', acts: ok(false), where: 'nm-cloud-setup.timer' }]),
    );
  });

  test('installed, and nobody can tell whether its service is on', async () => {
    expect(await found({ '/sbin/eni-ifscan': 'x' }, off)).toEqual(
      ok([{ id: 'multi-nic-util', acts: off, where: '/sbin/eni-ifscan' }]),
    );
  });
});

describe('cloud-init', () => {
  const installed: Tree = { '/etc/cloud/cloud.cfg': 'datasource_list: [AliYun]\n' };
  const kept = async (tree: Tree) => await describeCloudInit(filesOf({ ...installed, ...tree }));

  test('is not here', async () => {
    expect(await describeCloudInit(filesOf({}))).toEqual(ok({ installed: false, keptOff: null }));
  });

  test('configures the network unless something keeps it off', async () => {
    expect(await kept({})).toEqual(ok({ installed: true, keptOff: null }));
  });

  test.each([
    ['/etc/cloud/cloud-init.disabled', ''],
    ['/etc/cloud/cloud.cfg.d/99-disable-network-config.cfg', 'network: {config: disabled}\n'],
    ['/etc/cloud/cloud.cfg.d/99-x.cfg', '# why\nnetwork:\n  config: disabled\n'],
  ])('kept off by %s', async (path, text) => {
    expect(await kept({ [path]: text })).toEqual(ok({ installed: true, keptOff: path }));
  });

  test('kept off on the command line of the kernel', async () => {
    expect(await kept({ '/proc/cmdline': 'quiet network-config=disabled ro\n' })).toMatchObject({
      value: { keptOff: 'network-config=disabled on the kernel’s command line' },
    });
  });

  test('a later file switches it on again', async () => {
    const tree = {
      '/etc/cloud/cloud.cfg.d/10-a.cfg': 'network: {config: disabled}\n',
      '/etc/cloud/cloud.cfg.d/20-b.cfg': 'network: {version: 2}\n',
    };
    expect(await kept(tree)).toEqual(ok({ installed: true, keptOff: null }));
  });

  test.each([
    ['/etc/cloud/cloud.cfg.d/99-x.cfg', '# network: {config: disabled}\n'],
    ['/etc/cloud/cloud.cfg.d/99-x.cfg.bak', 'network: {config: disabled}\n'],
  ])('a comment or a copy keeps nothing off: %s', async (path, text) => {
    expect(await kept({ [path]: text })).toEqual(ok({ installed: true, keptOff: null }));
  });

  test('a file that is no YAML, or may not be read, is a problem', async () => {
    expect(await kept({ '/etc/cloud/cloud.cfg.d/5.cfg': 'a: [\n' })).toMatchObject({
      problem: { code: 'config-unreadable' },
    });
    expect(await kept(unreadable('/etc/cloud/cloud.cfg.d/5.cfg'))).toMatchObject({
      problem: { code: 'file-unreadable' },
    });
  });
});

describe('names tied to MACs', () => {
  const path = '/etc/udev/rules.d/70-persistent-net.rules';
  const rule = (mac: string, name: string) =>
    `SUBSYSTEM=="net", ACTION=="add", DRIVERS=="?*", ATTR{address}=="${mac}", ATTR{type}=="1", KERNEL=="eth*", NAME="${name}"\n`;

  test('as udev writes them, joined lines too', () => {
    const text = `# PCI device\n${rule('00:16:3E:00:00:07', 'eth1')}#${rule('00:16:3e:00:00:08', 'eth2')}SUBSYSTEM=="net", \\\n SYSFS{address}=="00:16:3e:00:00:09", NAME="eth3"\n`;
    expect(parseNamePins(text, path)).toEqual([
      { path, mac: '00:16:3e:00:00:07', name: 'eth1' },
      { path, mac: '00:16:3e:00:00:09', name: 'eth3' },
    ]);
  });

  test('a generator and other rules are no such files', async () => {
    const tree = {
      '/etc/udev/rules.d/75-persistent-net-generator.rules': rule('00:16:3e:00:00:07', 'eth1'),
      '/etc/udev/rules.d/10-mine.rules': rule('00:16:3e:00:00:07', 'eth1'),
      [path]: rule('no mac', 'eth1'),
    };
    expect(await readNamePins(filesOf(tree))).toEqual(ok([]));
    expect(await readNamePins(filesOf({}))).toEqual(ok([]));
  });

  test('one that may not be read is a problem', async () => {
    expect(await readNamePins(filesOf(unreadable(path)))).toMatchObject({ ok: false });
  });
});

describe('hardware without a driver', () => {
  const pci = '/sys/bus/pci/devices/0000:00:06.0';
  const virtio = '/sys/bus/virtio/devices/virtio3';

  test('a network controller and a virtio NIC that nothing has taken', async () => {
    const tree = {
      ...{ [`${pci}/class`]: '0x020000\n', [`${pci}/vendor`]: '0x1af4\n', [`${pci}/device`]: '0x1000\n' },
      ...{ [`${virtio}/device`]: '0x0001\n', [`${virtio}/vendor`]: '0x1af4\n' },
    };
    expect(await findDriverless(filesOf(tree))).toEqual(
      ok(['0000:00:06.0 (0x1af4 0x1000) has none', 'virtio3 (0x1af4 0x0001) has none']),
    );
  });

  test('not one that has a driver, and no disk', async () => {
    const tree: Tree = {
      [`${pci}/class`]: '0x020000\n',
      [`${pci}/driver`]: { link: '/sys/bus/pci/drivers/virtio-pci' },
      [`${virtio}/device`]: '0x0002\n',
      '/sys/bus/pci/devices/0000:00:07.0/class': '0x010000\n',
    };
    expect(await findDriverless(filesOf(tree))).toEqual(ok([]));
  });
});

describe('the daemon', () => {
  const process = (...argv: readonly string[]) => ({ '/proc/42/cmdline': `${argv.join('\0')}\0` });

  test.each([
    [['/usr/lib/enid/node', '/usr/lib/enid/enid.cjs', 'daemon']],
    [['/usr/bin/enid', '--config', '/etc/x.yaml', 'daemon']],
  ])('runs: %j', async (argv) => {
    expect(await daemonRuns(filesOf(process(...argv)))).toEqual(ok(true));
  });

  test.each([
    [['node', '/usr/lib/enid/enid.cjs', 'doctor']],
    [['vi', '/etc/enid/config.yaml', 'daemon']],
    [['dockerd', 'daemon']],
  ])('does not run: %j', async (argv) => {
    expect(await daemonRuns(filesOf(process(...argv)))).toEqual(ok(false));
  });

  test('one in the network namespace of a container does not count', async () => {
    const tree: Tree = {
      ...process('node', '/usr/lib/enid/enid.cjs', 'daemon'),
      '/proc/self/ns/net': { link: '/proc/self/ns/net:[4026531840]' },
      '/proc/42/ns/net': { link: '/proc/42/ns/net:[4026532001]' },
    };
    expect(await daemonRuns(filesOf(tree))).toEqual(ok(false));
  });

  test('without /proc nobody knows', async () => {
    expect(await daemonRuns(filesOf({}))).toMatchObject({ ok: false });
  });
});

describe('services', () => {
  const query = (units: string) => `systemctl show -p LoadState -p ActiveState -p UnitFileState ${units}`;

  test('are asked in one process', async () => {
    const exec = execOf({
      [query('enid.service eni.service none.service')]:
        'LoadState=loaded\nActiveState=inactive\nUnitFileState=enabled\n\n' +
        'LoadState=loaded\nActiveState=active\nUnitFileState=static\n\n' +
        'LoadState=not-found\nActiveState=inactive\nUnitFileState=\n',
    });
    const asked = await askServices(exec, 'systemd', ['enid.service', 'eni.service', 'none.service']);
    expect(asked).toEqual(
      ok(
        new Map([
          ['enid.service', { loaded: true, on: true, enabled: true }],
          ['eni.service', { loaded: true, on: true, enabled: false }],
          ['none.service', { loaded: false, on: false, enabled: false }],
        ]),
      ),
    );
    expect(await startsAtBoot(filesOf({}), 'systemd', asked)).toEqual(ok(true));
  });

  test('an answer that is short, or none, is a problem', async () => {
    const short = execOf({ [query('a.service b.service')]: 'LoadState=loaded\n' });
    expect(await askServices(short, 'systemd', ['a.service', 'b.service'])).toMatchObject({
      problem: { code: 'command-failed' },
    });
    expect(await askServices(execOf({}), 'sysv', ['a.service'])).toMatchObject({ ok: false });
  });

  test('of SysV start by links', async () => {
    const on = filesOf({ '/etc/rc3.d/S12enid': { link: '../init.d/enid' }, '/etc/rc3.d/K88other': '' });
    expect(await startsAtBoot(on, 'sysv', off)).toEqual(ok(true));
    expect(await startsAtBoot(filesOf({ '/etc/rc3.d/K88enid': '' }), 'sysv', off)).toEqual(ok(false));
    expect(await startsAtBoot(filesOf({}), 'none', off)).toMatchObject({ ok: false });
  });
});

describe('programs', () => {
  test('iproute2', async () => {
    const exec = execOf({ 'ip -V': 'ip utility, iproute2-ss131122\n', 'ip -4 rule show': '0: from all\n' });
    expect(await describeIp(exec)).toEqual(
      ok({ version: 'ip utility, iproute2-ss131122', isIproute2: true, hasRules: true }),
    );
  });

  test('BusyBox, and a kernel without rules', async () => {
    const exec = execOf({
      'ip -V': ok({ exitCode: 1, stdout: '', stderr: 'BusyBox v1.36.1 multi-call binary.\n' }),
      'ip -4 rule show': ok({
        exitCode: 2,
        stdout: '',
        stderr: 'RTNETLINK answers: Operation not supported',
      }),
    });
    expect(await describeIp(exec)).toEqual(
      ok({ version: 'BusyBox v1.36.1 multi-call binary.', isIproute2: false, hasRules: false }),
    );
    expect(await describeIp(execOf({}))).toMatchObject({ problem: { code: 'command-missing' } });
  });

  test('profiles that NetworkManager made up', async () => {
    const line = 'nmcli -t -f NAME,DEVICE connection show --active';
    const exec = execOf({ [line]: 'System eth0:eth0\nWired connection 1:eth1\nlo:lo\n' });
    const stack = { id: 'networkmanager', renderer: null } as const;
    expect(await findAutomatic(exec, stack)).toEqual(ok([{ profile: 'Wired connection 1', device: 'eth1' }]));
    expect(await findAutomatic(execOf({}), { id: 'wicked', renderer: null })).toEqual(ok([]));
    expect(await findAutomatic(execOf({}), stack)).toMatchObject({ ok: false });
  });
});

test('when the kernel started', async () => {
  expect(await readBootTime(filesOf({ '/proc/stat': 'cpu 1\nbtime 1700000000\n' }))).toEqual(
    ok(1_700_000_000),
  );
  expect(await readBootTime(filesOf({}))).toMatchObject({ ok: false });
});

test('status.json of another version is a problem, none is none', async () => {
  const path = '/run/enid/status.json';
  expect(await readStatus(filesOf({}))).toEqual(ok(null));
  expect(await readStatus(filesOf({ [path]: '{"schema":9}' }))).toMatchObject({ ok: false });
  expect(await readStatus(filesOf({ [path]: '{' }))).toMatchObject({ ok: false });
});
