import { describe, expect, it } from 'vitest';
import { fail, ok } from '../model/problem.ts';
import { detectStack } from './detect.ts';
import { type Answers, execOf, filesOf, type Tree } from './testdata/machine.ts';
import { machineFixtures, unitsAnswer } from './testdata/machines.ts';
import { networkUnits, parseUnits, unitsQuery } from './units.ts';
import { packageVersion, systemdVersion } from './versions.ts';

const auto = { stack: 'auto', format: 'auto' } as const;

function machine(name: string, tree: Tree = {}, answers: Answers = {}) {
  const fixture = machineFixtures[name];
  if (fixture === undefined) throw new Error(`no machine ${name}`);
  const asked: string[] = [];
  const ports = {
    files: filesOf({ ...fixture.tree, ...tree }),
    exec: execOf({ ...fixture.answers, ...answers }, asked),
  };
  return { ports, asked };
}

describe('detectStack', () => {
  it.each(Object.entries(machineFixtures))('%s', async (name, { expected }) => {
    const found = await detectStack(machine(name).ports, 'eth0', auto);
    if (!found.ok) throw new Error(`${found.problem.place}: ${found.problem.message}`);
    expect(found.value.stack).toMatchObject(expected);
    for (const evidence of found.value.evidence) {
      expect(evidence.what).not.toBe('');
      expect(evidence.found).not.toBe('');
      expect(evidence.means).not.toBe('');
    }
  });

  it('says which row decided', async () => {
    const found = await detectStack(machine('SLES 15').ports, 'eth0', auto);
    expect(found.ok && found.value.evidence.map((one) => one.means)).toContain('wicked holds eth0');
  });

  it('asks few questions', async () => {
    const { ports, asked } = machine('Alibaba Cloud Linux 3');
    await detectStack(ports, 'eth0', auto);
    expect(asked.sort()).toEqual(
      [
        'NetworkManager --version',
        'nmcli -t -f DEVICE,STATE device',
        'systemctl --version',
        unitsQuery.join(' '),
      ].sort(),
    );
  });

  it('goes by what runs while the primary is not known yet', async () => {
    for (const name of ['Alibaba Cloud Linux 3', 'Ubuntu 24.04', 'SLES 15', 'CentOS 6', 'Ubuntu 14.04']) {
      const found = await detectStack(machine(name).ports, null, auto);
      expect(found.ok && found.value.stack.id, name).toBe(machineFixtures[name]?.expected.id);
    }
  });

  it.each<[string, string, Tree, Answers]>([
    [
      'systemctl hangs',
      'Alibaba Cloud Linux 3',
      {},
      { [unitsQuery.join(' ')]: fail('command-timeout', 'systemctl', 'took more than 5 s') },
    ],
    [
      'systemctl talks nonsense',
      'Alibaba Cloud Linux 3',
      {},
      { [unitsQuery.join(' ')]: 'Failed to connect to bus\n' },
    ],
    [
      'nmcli fails',
      'Alibaba Cloud Linux 3',
      {},
      {
        'nmcli -t -f DEVICE,STATE device': ok({
          exitCode: 8,
          stdout: '',
          stderr: 'NetworkManager is not running',
        }),
      },
    ],
    [
      'nmcli is missing',
      'Alibaba Cloud Linux 3',
      {},
      { 'nmcli -t -f DEVICE,STATE device': fail('command-missing', 'nmcli', 'no such program') },
    ],
    [
      'a netplan file may not be read',
      'Ubuntu 24.04',
      { '/etc/netplan/50-cloud-init.yaml': { unreadable: true } },
      {},
    ],
    ['a netplan file is no YAML', 'Ubuntu 24.04', { '/etc/netplan/99-x.yaml': 'network: [\n' }, {}],
  ])('does not guess when %s', async (_, name, tree, answers) => {
    const found = await detectStack(machine(name, tree, answers).ports, 'eth0', auto);
    expect(found).toMatchObject({ ok: false, problem: { code: 'stack-unknown' } });
  });

  it('does not need what it does not use', async () => {
    const unread = { '/etc/network/interfaces': { unreadable: true } } as const;
    const found = await detectStack(machine('Ubuntu 24.04', unread).ports, 'eth0', auto);
    expect(found.ok && found.value.stack.id).toBe('netplan');
  });

  it('obeys the configuration', async () => {
    const { ports, asked } = machine('Alibaba Cloud Linux 3');
    const none = await detectStack(ports, 'eth0', { stack: 'none', format: 'auto' });
    expect(none).toMatchObject({ ok: true, value: { stack: { id: 'none', format: 'none' } } });
    expect(asked).toEqual([]);
    const keyfile = await detectStack(ports, 'eth0', { stack: 'auto', format: 'keyfile' });
    expect(keyfile).toMatchObject({
      ok: true,
      value: { stack: { id: 'networkmanager', format: 'keyfile' } },
    });
    const ifcfgOn9 = await detectStack(machine('Red Hat 9').ports, 'eth0', {
      stack: 'auto',
      format: 'ifcfg-nm',
    });
    expect(ifcfgOn9).toMatchObject({ ok: true, value: { stack: { format: 'ifcfg-nm' } } });
    const wrong = await detectStack(ports, 'eth0', { stack: 'auto', format: 'netplan' });
    expect(wrong).toMatchObject({ ok: false, problem: { code: 'config-invalid', place: 'format' } });
    const absent = await detectStack(machine('Fedora 41').ports, 'eth0', {
      stack: 'auto',
      format: 'ifcfg-nm',
    });
    expect(absent).toMatchObject({ ok: false, problem: { code: 'config-invalid', place: 'format' } });
  });

  it('hears an administrator who switched the ifcfg plug-in off', async () => {
    const conf = { '/etc/NetworkManager/conf.d/10-keyfile.conf': '[main]\nplugins=keyfile;\n' };
    const found = await detectStack(machine('Alibaba Cloud Linux 3', conf).ports, 'eth0', auto);
    expect(found.ok && found.value.stack.format).toBe('keyfile');
    const masked = {
      ...conf,
      '/usr/lib/NetworkManager/conf.d/20.conf': '[main]\nplugins=keyfile,ifcfg-rh\n',
    };
    const later = await detectStack(machine('Alibaba Cloud Linux 3', masked).ports, 'eth0', auto);
    expect(later.ok && later.value.stack.format).toBe('keyfile');
    const added = {
      '/etc/NetworkManager/NetworkManager.conf': '[main]\nplugins+=ifcfg-rh\n',
      '/usr/lib/NetworkManager/conf.d/20.conf': '[main]\nplugins=keyfile\n',
    };
    const both = await detectStack(machine('Alibaba Cloud Linux 3', added).ports, 'eth0', auto);
    expect(both.ok && both.value.stack.format).toBe('ifcfg-nm');
  });

  it('takes a version that is not told for unknown, and says so', async () => {
    const answers = { 'NetworkManager --version': ok({ exitCode: 1, stdout: '', stderr: 'oops' }) };
    const found = await detectStack(machine('Alibaba Cloud Linux 3', {}, answers).ports, 'eth0', auto);
    if (!found.ok) throw new Error(found.problem.message);
    expect(found.value.stack.versions.networkmanager).toBeNull();
    expect(found.value.evidence.find((one) => one.what === 'NetworkManager --version')?.found).toBe(
      'exit 1: oops',
    );
  });
});

describe('the probes', () => {
  it('read unit states in the order asked, and nothing else', () => {
    const text = Object.values(unitsAnswer(['network.service'], { 'network.service': 'wicked.service' }))[0];
    const units = parseUnits(String(text));
    expect(units?.get('network.service')).toEqual({
      id: 'wicked.service',
      loaded: true,
      active: true,
      enabled: true,
    });
    expect(units?.get('NetworkManager.service')?.active).toBe(false);
    expect(parseUnits('')).toBeNull();
    expect(parseUnits('Id=a\n')).toBeNull();
    expect(parseUnits(networkUnits.map(() => 'garbage').join('\n\n'))?.get('network.service')?.active).toBe(
      false,
    );
  });

  it('read versions out of odd output', () => {
    expect(systemdVersion('systemd 258~rc1 (258~rc1)\n')).toEqual([258]);
    expect(systemdVersion('warning\nsystemd 219\n+PAM\n')).toEqual([219]);
    expect(systemdVersion('no')).toBeNull();
    expect(packageVersion('Package: netplan.io\nVersion: 1:0.99-0ubuntu3~18.04.5\n')).toEqual([0, 99]);
    expect(packageVersion('0.106.1')).toEqual([0, 106, 1]);
    expect(packageVersion('package netplan is not installed')).toBeNull();
  });
});
