import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { fail, ok } from '../../model/problem.ts';
import type { Exec } from '../exec.ts';
import { nodeExec } from './exec.ts';
import { systemdNotify, watchdogInterval } from './notify.ts';

test('without a socket nothing is started', async () => {
  const started: unknown[] = [];
  const run: Exec['run'] = (argv) => {
    started.push(argv);
    return Promise.resolve({ ok: true, value: { exitCode: 0, stdout: '', stderr: '' } });
  };
  const silent = systemdNotify({ run }, {}, 7);
  await silent.watchdog();
  await silent.stopping();
  expect(started).toEqual([]);
  expect(silent.watchdogInterval).toBeNull();

  const heard = systemdNotify({ run }, { NOTIFY_SOCKET: '/run/n', WATCHDOG_USEC: '600000000' }, 7);
  expect(await heard.watchdog()).toBe(true);
  await heard.stopping();
  expect(started).toEqual([
    ['systemd-notify', '--pid=7', 'WATCHDOG=1'],
    ['systemd-notify', '--pid=7', 'STOPPING=1'],
  ]);
  expect(heard.watchdogInterval).toBe(600_000);
});

test.each([
  fail('command-timeout', 'systemd-notify', 'did not end within 5000 ms'),
  ok({ exitCode: 1, stdout: '', stderr: '' }),
])('tells that a sign of life was not given: %j', async (ran) => {
  const notify = systemdNotify({ run: () => Promise.resolve(ran) }, { NOTIFY_SOCKET: '/run/n' }, 7);
  expect(await notify.watchdog()).toBe(false);
});

test.each([
  [{ WATCHDOG_USEC: '1000', WATCHDOG_PID: '7' }, 1],
  [{ WATCHDOG_USEC: '1000', WATCHDOG_PID: '8' }, null],
  [{ WATCHDOG_USEC: '0' }, null],
  [{ WATCHDOG_USEC: 'x' }, null],
  [{}, null],
])('watchdog of %j', (environment, expected) => {
  expect(watchdogInterval(environment, 7)).toBe(expected);
});

describe('the program systemd-notify', () => {
  let folder = '';
  let listener: ChildProcess | undefined;
  let heard = '';
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'enid-notify-'));
    heard = '';
    // The receiving end of sd_notify(3), which closes what a barrier passes to it.
    const program = `import array, os, socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
print("bound", flush=True)
while True:
    data, extra, _, _ = s.recvmsg(4096, 1024)
    for level, kind, fds in extra:
        if kind == socket.SCM_RIGHTS:
            for fd in array.array("i", fds[: len(fds) - len(fds) % 4]):
                os.close(fd)
    print(data.decode().replace("\\n", " "), flush=True)`;
    const child = spawn('python3', ['-c', program, join(folder, 'socket')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    child.stdout?.on('data', (chunk: Buffer) => {
      heard += chunk.toString();
    });
    listener = child;
    await until(() => heard.includes('bound'));
  });
  afterEach(() => {
    listener?.kill('SIGKILL');
    rmSync(folder, { recursive: true });
    vi.unstubAllEnvs();
  });

  test('brings each state to the service manager, in one line, as from the daemon', async () => {
    const socket = join(folder, 'socket');
    vi.stubEnv('NOTIFY_SOCKET', socket); // the package hands on the environment of the process
    const notify = systemdNotify(nodeExec(), { NOTIFY_SOCKET: socket }, process.pid);

    await notify.ready('starting');
    await notify.status('ok: 1 of 1\nsecondary');
    await notify.watchdog();
    await notify.stopping();

    expect(await until(() => heard.includes('STOPPING=1'))).toBe(true);
    for (const state of [
      'READY=1',
      'STATUS=starting',
      'STATUS=ok: 1 of 1 secondary',
      'WATCHDOG=1',
      'STOPPING=1',
    ]) {
      expect(heard).toContain(state);
    }
    expect(heard).toContain(`MAINPID=${process.pid}`);
  });
});

async function until(check: () => boolean): Promise<boolean> {
  for (let tries = 0; tries < 250 && !check(); tries++)
    await new Promise((resolve) => setTimeout(resolve, 20));
  return check();
}
