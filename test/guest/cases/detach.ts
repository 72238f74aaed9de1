import { expect, test } from 'vitest';
import { until, untilConfigured } from '../enid.ts';
import { expectAllWell, losingNothing, type Scene } from '../scene.ts';
import { expectSameResolvers, expectSameSysctls } from './detection.ts';

/** Needs eth1 and eth2 with slots 1 and 2; leaves the primary alone. */
export function detach(scene: Scene): void {
  test('detached, one keeps its slot for when it comes back', async () => {
    const other = scene.nic('eth1');
    await losingNothing(scene, async () => {
      await scene.vpc.detach(other);
      await until(scene.guest, 'it is gone', ({ interfaces }) =>
        interfaces.every(({ name }) => name !== 'eth1'),
      );
    });
    await expectAllWell(scene);
    await losingNothing(scene, async () => {
      await scene.vpc.list(other);
      await scene.vpc.plug(other);
      expect(await untilConfigured(scene.guest, 'eth1')).toMatchObject({ table: 21001 });
    });
    await expectAllWell(scene);
  });

  test('each comes back under the name of the other, with the slot that is its own', async () => {
    const [one, other] = [scene.nic('eth1'), scene.nic('eth2')];
    await losingNothing(scene, () => detachBoth(scene));
    await losingNothing(scene, async () => {
      for (const [nic, name] of [
        [other, 'eth1'],
        [one, 'eth2'],
      ] as const) {
        await scene.vpc.list({ ...nic, name });
        await scene.vpc.plug({ ...nic, name });
      }
      expect(await untilConfigured(scene.guest, 'eth1')).toMatchObject({ mac: other.mac, table: 21002 });
      expect(await untilConfigured(scene.guest, 'eth2')).toMatchObject({ mac: one.mac, table: 21001 });
    });
    await expectAllWell(scene);
  });

  test('both are detached, and nothing is left', async () => {
    await losingNothing(scene, () => detachBoth(scene));
    await expectAllWell(scene);
    await expectNothingLeft(scene);
    await expectSameSysctls(scene);
    await expectSameResolvers(scene);
  });
}

async function detachBoth(scene: Scene): Promise<void> {
  for (const name of ['eth2', 'eth1']) await scene.vpc.detach(scene.nic(name));
  await until(
    scene.guest,
    'they are gone',
    ({ state, interfaces }) => state === 'ok' && interfaces.length === 1,
  );
}

/** No file or client of a secondary; rules and tables are what {@link expectAllWell} looks at. */
export async function expectNothingLeft({ guest }: Scene): Promise<void> {
  const left = await guest.must(
    `grep -rl 'Managed by enid' /etc || true; pgrep -a 'dhclient|dhcpcd' | grep -E 'eth[1-9]' || true`,
  );
  expect(left).toBe('');
}
