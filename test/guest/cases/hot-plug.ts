import { expect, test } from 'vitest';
import type { NicWish } from '../../lab/vpc.ts';
import { untilConfigured } from '../enid.ts';
import { expectAllWell, losingNothing, type Scene } from '../scene.ts';

/** Leaves eth1 in another subnet and eth2 in the primary's; `wish` is for both. */
export function hotPlug(scene: Scene, wish: Pick<NicWish, 'ipv6'> = {}): void {
  test('a NIC in another subnet is plugged in, and the primary loses nothing', async () => {
    await losingNothing(scene, async () => {
      const { mac } = await scene.vpc.attach({ subnet: 1, ...wish });
      expect(await untilConfigured(scene.guest, 'eth1')).toMatchObject({
        role: 'secondary',
        table: 21001,
        mac,
      });
    });
    await expectAllWell(scene);
  });

  test('a NIC in the subnet of the primary is plugged in, and the primary loses nothing', async () => {
    await losingNothing(scene, async () => {
      await scene.vpc.attach({ subnet: 0, ...wish });
      await untilConfigured(scene.guest, 'eth2');
    });
    await expectAllWell(scene);
  });
}
