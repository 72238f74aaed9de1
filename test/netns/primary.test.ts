import { expect, test } from 'vitest';
import { expectAllWell, useScene } from './scene.ts';

// What `manage_primary` adds, and that nothing of the primary is touched without it.

const scene = useScene();
const include = ['eth*'];

async function primaryAddresses(): Promise<readonly string[]> {
  const status = await scene.enid.status();
  return status?.interfaces.find((nic) => nic.role === 'primary')?.addresses ?? [];
}

test('further addresses of the primary are set only when it is managed, and taken away again', async () => {
  const { vpc, enid } = scene;
  const primary = await vpc.addAddress(vpc.primary, '10.0.0.11');
  await enid.wake();
  await enid.until('a look', ({ state }) => state === 'ok');
  expect(await primaryAddresses()).toEqual(['10.0.0.10/24']);

  await enid.configure({ interfaces: { include, manage_primary: true } });
  await expect.poll(primaryAddresses, { timeout: 5000 }).toEqual(['10.0.0.10/24', '10.0.0.11/32']);
  await expectAllWell(scene);

  await vpc.removeAddress(primary, '10.0.0.11');
  await expect.poll(primaryAddresses, { timeout: 20_000 }).toEqual(['10.0.0.10/24']);
});
