import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const packaging = join(import.meta.dirname, '../packaging');
let tree = '';
beforeEach(() => {
  tree = mkdtempSync(join(tmpdir(), 'enid-packaging-'));
});
afterEach(() => rmSync(tree, { recursive: true }));

test('systemd takes the units and sh the scripts', () => {
  const checked = spawnSync('sh', [join(packaging, 'check.sh')], { encoding: 'utf8' });

  expect(checked.stdout + checked.stderr).toBe('');
  expect(checked.status).toBe(0);
});

test.each([['systemd'], ['sysv']])('an installation for %s is whole', (init) => {
  const environment = { ...process.env, DESTDIR: tree, INIT: init };
  execFileSync('sh', [join(packaging, 'install.sh')], { env: environment });

  const files = execFileSync('find', ['.', '-type', 'f', '-not', '-path', '*/templates/*'], {
    cwd: tree,
    encoding: 'utf8',
  });
  const common = [
    './usr/bin/enid',
    './usr/lib/enid/enid.cjs',
    './usr/lib/udev/rules.d/80-enid.rules',
    './var/lib/cloud/scripts/per-boot/60-enid',
  ];
  const own = {
    systemd: [
      './usr/lib/systemd/system/enid-forwarding.service',
      './usr/lib/systemd/system/enid-recover.service',
      './usr/lib/systemd/system/enid.service',
      './usr/lib/tmpfiles.d/enid.conf',
    ],
    sysv: ['./etc/init.d/enid', './etc/init.d/enid-forwarding', './etc/init.d/enid-recover'],
  }[init];
  expect(files.trim().split('\n').sort()).toEqual([...common, ...(own ?? [])].sort());
  expect(existsSync(join(tree, 'usr/lib/enid/templates'))).toBe(true);
});

describe('the cloud-init hook', () => {
  /** The hook with its paths below the tree, and an `enid` that writes down what it was asked. */
  function hook(): string {
    mkdirSync(join(tree, 'run/enid/trigger'), { recursive: true });
    const enid = join(tree, 'enid');
    writeFileSync(enid, `#!/bin/sh\necho "$*" >>${tree}/asked\n`, { mode: 0o755 });
    const text = readFileSync(join(packaging, 'cloud-init/60-enid'), 'utf8')
      .replaceAll('/run/enid', join(tree, 'run/enid'))
      .replace('/usr/bin/enid', enid);
    writeFileSync(join(tree, 'hook'), text, { mode: 0o755 });
    return join(tree, 'hook');
  }

  test.each([
    ['no daemon ever ran', null],
    ['its pid is of nobody', '4194300 1 x\n'],
    ['its pid is of another program', `${process.pid} 1 x\n`],
    ['the file is not a pid', 'x\n'],
  ])('runs enid once when %s', (_what, pid) => {
    const script = hook();
    if (pid !== null) writeFileSync(join(tree, 'run/enid/daemon.pid'), pid);

    execFileSync('sh', [script]);

    expect(readFileSync(join(tree, 'asked'), 'utf8')).toBe('reconfigure --boot --wait 10\n');
  });

  test('wakes the daemon that runs', () => {
    const script = hook();
    // Its command line reads `sh -c … enid daemon`.
    const daemon = `sh -c 'echo "$$ 1 x" >${tree}/run/enid/daemon.pid; sleep 5; :' /usr/bin/enid daemon & sleep 0.2; sh ${script}; kill $!`;

    execFileSync('sh', ['-c', daemon]);

    expect(existsSync(join(tree, 'asked'))).toBe(false);
    expect(existsSync(join(tree, 'run/enid/trigger/cloud-init'))).toBe(true);
  });
});

describe('the init script', () => {
  /** With its paths below the tree, and a daemon that writes its pid and ends as it is told. */
  function script(daemon: string): (action: string) => ReturnType<typeof spawnSync> {
    const enid = join(tree, 'enid');
    const body = `echo started >>${tree}/starts\nmkdir -p ${tree}/run/enid\necho "$$ 1 x" >${tree}/run/enid/daemon.pid\n`;
    writeFileSync(enid, `#!/bin/sh\n${body}${daemon}\n`, { mode: 0o755 });
    const text = readFileSync(join(packaging, 'sysv/enid'), 'utf8')
      .replaceAll('/run/enid', join(tree, 'run/enid'))
      .replace('/usr/bin/enid', enid)
      .replace('sleep 5', 'sleep 0.2')
      .replace('command -v logger', 'false')
      .replace('/var/log/enid.log', join(tree, 'log'));
    writeFileSync(join(tree, 'init-enid'), text);
    return (action) => spawnSync('sh', [join(tree, 'init-enid'), action], { encoding: 'utf8' });
  }
  const starts = () => readFileSync(join(tree, 'starts'), 'utf8').trim().split('\n').length;
  const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

  test('starts, says so, does not start twice, and stops for good', async () => {
    const run = script("trap 'exit 0' TERM\nwhile :; do sleep 0.05; done");

    expect(run('status').status).toBe(3);
    expect(run('start').status).toBe(0);
    await pause(300);
    expect(run('status').status).toBe(0);
    run('start');
    expect(run('stop').status).toBe(0);
    expect(run('status').status).toBe(3);
    await pause(500);
    expect(starts()).toBe(1);
  });

  test.each([
    [1, 3],
    [2, 1],
    [4, 1],
  ])('a daemon that ends with %d is started %d times or more', async (code, least) => {
    const run = script(`echo "ends with ${code}" >&2\nexit ${code}`);

    run('start');
    await pause(1_500);
    const keeper = spawnSync('pgrep', ['-f', `${tree}/init-enid keep-running`], {
      encoding: 'utf8',
    }).stdout.trim();
    for (const pid of keeper.split('\n').filter(Boolean)) process.kill(Number(pid));

    expect(starts()).toBeGreaterThanOrEqual(least);
    if (least === 1) expect(starts()).toBe(1);
    expect(readFileSync(join(tree, 'log'), 'utf8')).toContain(`ends with ${code}`);
  });

  test('usage', () => {
    expect(script('exit 0')('nonsense').status).toBe(2);
  });
});

describe('early in boot', () => {
  const unit = (name: string) =>
    readFileSync(join(packaging, 'systemd', `${name}.service`), 'utf8').split('\n');

  test('the unit runs on every machine that enid has configured, after udev and before the network', () => {
    const lines = unit('enid-recover');

    // With "|" one of the two is enough: a change may be cut off before there is a state.
    expect(lines.filter((line) => line.startsWith('Condition'))).toEqual([
      'ConditionPathExists=|/var/lib/enid/state.json',
      'ConditionPathExistsGlob=|/var/lib/enid/transactions/*/pending',
    ]);
    expect(lines).toContain('After=local-fs.target systemd-udevd.service systemd-udev-trigger.service');
    expect(lines).toContain('Before=network-pre.target cloud-init-local.service');
    expect(lines.some((line) => /^(After|Wants|Requires)=.*settle/.test(line))).toBe(false);
  });

  test('netplan is asked again only where files changed', () => {
    const line = unit('enid-recover').find((one) => one.startsWith('ExecStartPost=')) ?? '';
    const [, script = ''] = /-c '(.*)'$/.exec(line) ?? [];
    writeFileSync(join(tree, 'netplan'), `#!/bin/sh\necho "$*" >>${tree}/asked\n`, { mode: 0o755 });
    const run = () =>
      spawnSync('sh', ['-c', script.replaceAll('/run/enid', tree)], { env: { PATH: `${tree}:/bin` } }).status;

    expect(run()).toBe(0);
    expect(existsSync(join(tree, 'asked'))).toBe(false);
    writeFileSync(join(tree, 'recovered'), '');
    expect(run()).toBe(0);
    expect(readFileSync(join(tree, 'asked'), 'utf8')).toBe('generate\n');
    rmSync(join(tree, 'netplan'));
    expect(run()).toBe(0);
  });

  test.each([
    ['that enid never touched', null, false],
    ['that enid has configured', 'state.json', true],
    ['with a change that was cut off', 'transactions/000001/pending', true],
  ])('the init script on a machine %s', (_what, path, runs) => {
    mkdirSync(join(tree, 'transactions/000001'), { recursive: true });
    if (path !== null) writeFileSync(join(tree, path), '');
    writeFileSync(join(tree, 'enid'), `#!/bin/sh\necho "$*" >>${tree}/asked\n`, { mode: 0o755 });
    const text = readFileSync(join(packaging, 'sysv/enid-recover'), 'utf8')
      .replaceAll('/var/lib/enid', tree)
      .replace('/usr/bin/enid', join(tree, 'enid'));
    writeFileSync(join(tree, 'script'), text);

    expect(spawnSync('sh', [join(tree, 'script'), 'start']).status).toBe(0);

    expect(existsSync(join(tree, 'asked')) && readFileSync(join(tree, 'asked'), 'utf8')).toBe(
      runs && 'recover\n',
    );
  });

  test('stopping the daemon ends no command that is at work for it, and its sandbox leaves it what it needs', () => {
    const lines = unit('enid');

    expect(lines).toContain('KillMode=mixed');
    for (const key of ['ProtectKernelTunables', 'MemoryDenyWriteExecute', 'ProtectProc', 'PrivateNetwork'])
      expect(lines.some((line) => line.startsWith(`${key}=`))).toBe(false);
  });
});
