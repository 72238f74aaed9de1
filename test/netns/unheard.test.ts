import { beforeAll, expect, test } from 'vitest';
import { receivesKernelEvents } from '../../src/kernel/netlink-sockets.ts';
import { nodePorts } from '../../src/ports/node/ports.ts';
import { readKernel } from '../lab/kernel.ts';
import { expectAllWell, pause, useScene } from './scene.ts';

// The kernel changes while `ip monitor` reports nothing.

const scene = useScene({ ipv6: true });

beforeAll(async () => {
  await scene.vpc.attach({ subnet: 1, ipv6: true, count: 2 });
  await scene.enid.untilConfigured('eth1');
});

/** The daemon's children named `ip`: only the monitor lives on. */
function signalMonitor(signal: 'STOP' | 'CONT') {
  return scene.vpc.server.must(['pkill', `-${signal}`, '-x', '-P', String(scene.enid.pid()), 'ip']);
}

const tables = async () => JSON.stringify([...(await readKernel(scene.vpc.server)).tables]);

test.each([
  ['a table', 'route flush table 21001'],
  ['an address', 'addr del 10.0.1.31/32 dev eth1'],
  ['an IPv6 table', '-6 route flush table 21001'],
])('what no event announces is found at the next poll: %s', async (_what, line) => {
  await pause(11_000); // two polls: the last run's own changes are known
  const before = await tables();
  await signalMonitor('STOP');
  try {
    await scene.vpc.server.ip([line]);
    await expect.poll(tables, { timeout: 15_000, interval: 200 }).toEqual(before);
  } finally {
    await signalMonitor('CONT');
  }
  await expectAllWell(scene);
});

test('polls that find nothing new run nothing and log nothing', async () => {
  await pause(11_000);
  const runs = () => scene.enid.status().then((status) => status?.lastRun);
  const before = [await runs(), scene.enid.log()];
  await pause(11_000); // two polls
  expect([await runs(), scene.enid.log()]).toEqual(before);
});

test('the kernel’s table of sockets proves that `ip monitor` listens', async () => {
  const { exec, files } = nodePorts({ root: '/', logLevel: 'error' });
  const monitor = exec.follow(['ip', '-o', 'monitor', 'link', 'address', 'route', 'rule'], () => {});
  const pid = await monitor.started;
  await expect.poll(() => receivesKernelEvents(files, pid ?? 0), { timeout: 5_000, interval: 10 }).toBe(true);
  expect(await receivesKernelEvents(files, process.pid)).toBe(false);
  monitor.stop();
  await monitor.ended;
  expect(await receivesKernelEvents(files, pid ?? 0)).toBeNull();
});
