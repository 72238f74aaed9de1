import { expect, test } from 'vitest';
import type { Exec } from '../exec.ts';
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
  await heard.watchdog();
  await heard.stopping();
  expect(started).toEqual([
    ['systemd-notify', '--pid=7', 'WATCHDOG=1'],
    ['systemd-notify', '--pid=7', 'STOPPING=1'],
  ]);
  expect(heard.watchdogInterval).toBe(600_000);
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
