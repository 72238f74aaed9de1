import { afterEach, beforeAll, expect, test } from 'vitest';
import { readKernel } from '../lab/kernel.ts';
import type { Fault } from '../lab/metadata-fault.ts';
import type { Nic } from '../lab/nic.ts';
import { ping } from '../lab/ping.ts';
import { type Loss, steadyPing } from '../lab/steady-ping.ts';
import { expectAllWell, pause, useScene } from './scene.ts';

// Metadata that is late, fails or lies. Unknown is never empty: not one packet of a configured NIC may be lost.

const scene = useScene();
let known: Nic;

beforeAll(async () => {
  known = await scene.vpc.attach({ subnet: 1 });
  await scene.enid.untilConfigured('eth1');
});

afterEach(async () => {
  await scene.vpc.metadata.set({ fault: null, delay: 0, hardened: false, hasAll: true });
  await scene.enid.wake();
  await scene.enid.until('all is well again', ({ state }) => state === 'ok', 30_000);
});

test('a link that the metadata lists only later', async () => {
  const nic = scene.vpc.plan({ subnet: 0 });
  await scene.vpc.plug(nic);
  await scene.enid.until('eth2 waits', ({ interfaces }) =>
    interfaces.some(({ name, reason }) => name === nic.name && reason === 'not-in-metadata'),
  );
  await pause(1000);

  await scene.vpc.list(nic);

  expect(await ping(scene.vpc.outside, nic.ipv4[0] ?? '', 15_000)).toMatchObject({ answered: true });
  await scene.enid.untilConfigured(nic.name);
  await expectAllWell(scene);
  await scene.vpc.detach(nic);
  await scene.enid.until(
    'eth2 is gone',
    ({ interfaces }) => interfaces.every(({ name }) => name !== nic.name),
    30_000,
  );
});

const faults: readonly Fault[] = [
  { kind: '404', on: 'everything' },
  { kind: 'empty', on: 'everything' },
  { kind: '503', on: 'everything' },
  { kind: '429', on: 'all' },
  { kind: '403', on: 'everything' },
  { kind: 'cut', on: 'everything' },
  { kind: 'cut', on: 'all' },
  { kind: 'truncated', on: 'all' },
  { kind: 'html', on: 'everything' },
  { kind: 'html', on: 'all' },
  { kind: 'hang', on: 'everything' },
  { kind: 'reset', on: 'everything' },
];

test.each(faults)('nothing changes when metadata fails: $kind on $on', async (fault) => {
  await undisturbed(async () => {
    await scene.vpc.metadata.fail(fault);
    await scene.vpc.metadata.reset();
    await scene.enid.wake();
    await asked(2);
    await pause(300);
  });
});

test('nothing changes when a list lacks the primary', async () => {
  await undisturbed(async () => {
    await scene.vpc.unlist(scene.vpc.primary);
    await scene.vpc.metadata.reset();
    await pause(11_500);
    expect((await scene.vpc.metadata.seen()).requests.length).toBeGreaterThanOrEqual(2);
    await scene.vpc.list(scene.vpc.primary);
  });
});

test('nothing changes when one read lacks a NIC that is there', async () => {
  await undisturbed(async () => {
    await scene.vpc.unlist(known);
    await scene.vpc.metadata.reset();
    await scene.enid.wake();
    await asked(1);
    await pause(300);
    await scene.vpc.list(known);
    await scene.enid.wake();
    await pause(6000);
  });
});

test('a slow service and hardened mode make no difference', async () => {
  await undisturbed(async () => {
    await scene.vpc.metadata.set({ delay: 300, hardened: true });
    await scene.enid.wake();
    await pause(1500);
  });
  expect((await scene.enid.status())?.state).toBe('ok');
});

test('without meta-data/all the leaves are read', async () => {
  await undisturbed(async () => {
    await scene.vpc.metadata.set({ hasAll: false });
    await scene.vpc.metadata.reset();
    await scene.enid.wake();
    await asked(10);
    await pause(300);
  });
  const nic = await scene.vpc.attach({ subnet: 0, count: 2 });
  await scene.enid.untilConfigured(nic.name);
  await expectAllWell(scene);
});

test('an ENI attached while metadata fails is configured when it answers again', async () => {
  await scene.vpc.metadata.fail({ kind: '503', on: 'everything' });
  const nic = await scene.vpc.attach({ subnet: 1 });
  await pause(1500);
  expect(await ping(scene.vpc.outside, nic.ipv4[0] ?? '', 300)).toMatchObject({ answered: false });

  await scene.vpc.metadata.fail(null);

  await scene.enid.untilConfigured(nic.name, 30_000);
  await expectAllWell(scene);
});

test('a NIC that agreeing reads no longer list is let go, its link still there', async () => {
  await scene.vpc.unlist(known);

  await scene.enid.until(
    'eth1 is let go',
    ({ interfaces }) => interfaces.every(({ name, state }) => name !== known.name || state !== 'configured'),
    30_000,
  );
  const { rules, tables } = await readKernel(scene.vpc.server);
  expect(rules.join('\n')).not.toContain(`from ${known.ipv4[0]}`);
  expect(tables.has(21001)).toBe(false);

  await scene.vpc.list(known);
  await scene.enid.wake();
  expect((await scene.enid.untilConfigured(known.name)).table).toBe(21001);
  await expectAllWell(scene);
});

/** Not a packet of eth1 or of the primary is lost meanwhile, and the kernel is afterwards as it was. */
async function undisturbed(act: () => Promise<void>): Promise<void> {
  const before = await readKernel(scene.vpc.server);
  const pings = [known.ipv4[0] ?? '', scene.vpc.primary.ipv4[0] ?? ''].map((address) =>
    steadyPing(scene.vpc.outside, address),
  );
  let losses: readonly Loss[] = [];
  try {
    await act();
  } finally {
    losses = await Promise.all(pings.map((one) => one.stop()));
  }
  expect(await readKernel(scene.vpc.server)).toEqual(before);
  for (const { sent, lost } of losses) {
    expect(sent).toBeGreaterThan(2);
    expect(lost).toBe(0);
  }
}

/** Until the service was asked so many times. */
async function asked(times: number): Promise<void> {
  const end = performance.now() + 10_000;
  while ((await scene.vpc.metadata.seen()).requests.length < times) {
    if (performance.now() > end) throw new Error(`metadata was not asked ${times} times`);
    await pause(50);
  }
}
