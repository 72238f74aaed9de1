import { beforeAll, expect, test } from 'vitest';
import { bandRules, readKernel } from '../lab/kernel.ts';
import type { Nic } from '../lab/nic.ts';
import { expectAllWell, pause, useScene } from './scene.ts';

// A link goes down and comes up, goes and comes again; and what a person rolled back, when the NIC is attached anew.

const scene = useScene({ ipv6: true });
let nic: Nic;

beforeAll(async () => {
  nic = await scene.vpc.attach({ subnet: 1, ipv6: true });
  await scene.enid.untilConfigured('eth1');
});

test.each([
  { what: 'down and up at once', between: 0 },
  { what: 'down for a moment', between: 300 },
])('ten flaps of a link heal at once, each: $what', { timeout: 120_000 }, async ({ between }) => {
  const before = await held();
  for (let flap = 1; flap <= 10; flap++) {
    await scene.vpc.server.ip(['link set eth1 down']);
    if (between > 0) await pause(between);
    await scene.vpc.server.ip(['link set eth1 up']);

    await expect.poll(held, { timeout: 6_000, interval: 50, message: `flap ${flap}` }).toEqual(before);
  }
  expect((await scene.enid.untilConfigured('eth1')).reason).toBeNull();
  await expectAllWell(scene);
});

test('five flaps of the primary leave the ways of its replies as they were', {
  timeout: 90_000,
}, async () => {
  for (let flap = 1; flap <= 5; flap++) {
    await scene.vpc.server.ip(['link set eth0 down']);
    await scene.vpc.bringUpPrimary();
    await pause(400);
  }
  await scene.enid.untilConfigured('eth1');
  await expectAllWell(scene);
});

test('somebody who deletes the routes while the link stays is another writer', {
  timeout: 60_000,
}, async () => {
  const end = performance.now() + 40_000;
  for (;;) {
    const status = await scene.enid.status();
    if (status?.interfaces.some(({ name, reason }) => name === 'eth1' && reason === 'contested')) break;
    if (performance.now() > end) throw new Error('never contested');
    await scene.vpc.server.run(['ip', 'route', 'del', 'default', 'table', '21001']);
    await pause(400);
  }

  // The link goes and comes: what went with it is set again, what is contested with it.
  await scene.vpc.server.ip(['link set eth1 down', 'link set eth1 up']);
  await scene.enid.untilConfigured('eth1');
  await expectAllWell(scene);
});

test('attached again while the daemon runs, what a person rolled back is done', {
  timeout: 90_000,
}, async () => {
  await scene.vpc.server.ip(['rule del priority 21001']);
  await scene.enid.untilConfigured('eth1');
  expect((await scene.enid.run('reconfigure')).code).toBe(0);
  expect((await scene.enid.run('rollback')).code).toBe(0);
  await pause(6_000); // a poll, and the echo of the kernel
  expect(bandRules(await readKernel(scene.vpc.server))).toEqual([]);

  await scene.vpc.detach(nic);
  await scene.enid.until('eth1 is gone', ({ interfaces }) => interfaces.every(({ name }) => name !== 'eth1'));
  await scene.vpc.list(nic);
  await scene.vpc.plug(nic);

  expect((await scene.enid.untilConfigured('eth1', 30_000)).table).toBe(21001);
  await expectAllWell(scene);
});

test('a link that goes and comes within one run is another link too', { timeout: 90_000 }, async () => {
  expect((await scene.enid.run('rollback')).code).toBe(0);
  await pause(2_000);
  expect(bandRules(await readKernel(scene.vpc.server))).toEqual([]);

  await scene.vpc.unplug(nic);
  await scene.vpc.plug(nic);

  await scene.enid.untilConfigured('eth1', 30_000);
  await expectAllWell(scene);
});

/** What the kernel holds; an IPv6 route loses its preferred source with the address and works without one. */
async function held(): Promise<string> {
  const { tables, ...kernel } = await readKernel(scene.vpc.server);
  return JSON.stringify({ ...kernel, tables: [...tables] }, null, 1).replace(/(?<=:.*) src \S+/g, '');
}
