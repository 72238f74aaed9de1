import { expect, test } from 'vitest';
import { untidy } from '../lab/tidy.ts';
import { expectAllWell, useScene } from './scene.ts';

// Eight ENIs at once: in subnets of their own, two in one subnet, two in the primary's.

const scene = useScene({ count: 2 });
const subnets = [1, 2, 3, 4, 5, 1, 0, 0] as const;

test('eight ENIs attached at once', async () => {
  await Promise.all([2, 3, 4, 5].map((number) => scene.vpc.peer(number)));
  for (const subnet of subnets) await scene.vpc.attach({ subnet, count: 2 });

  for (const index of subnets.keys()) await scene.enid.untilConfigured(`eth${index + 1}`, 30_000);

  await expectAllWell(scene);
});

test('the primary bounced: everything is answered as before', async () => {
  await scene.vpc.server.ip(['link set eth0 down']);
  await scene.vpc.bringUpPrimary();

  await expectAllWell(scene);
});

test('the one that carries what two share is detached: the other takes it over', async () => {
  const [first] = scene.vpc.nics().filter((nic) => nic.subnet.number === 1);
  expect(first).toBeDefined();
  if (first === undefined) return;
  await scene.vpc.detach(first);
  await scene.enid.until(
    `${first.name} is gone`,
    ({ interfaces }) => interfaces.every((nic) => nic.name !== first.name),
    30_000,
  );

  await expectAllWell(scene);
});

test('all of them bounced one after the other', async () => {
  for (const { name, primary } of scene.vpc.nics()) {
    if (!primary) await scene.vpc.server.ip([`link set ${name} down`, `link set ${name} up`]);
  }

  await expect.poll(() => untidy(scene.vpc), { timeout: 15_000 }).toEqual([]);
  await expectAllWell(scene);
});
