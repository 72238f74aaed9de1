import { test } from 'vitest';
import { untilConfigured } from '../enid.ts';
import { expectAllWell, losingNothing, type Scene } from '../scene.ts';

/** Needs the primary alone. */
export function many(scene: Scene): void {
  test('eight at once', async () => {
    await losingNothing(scene, async () => {
      const plans = [1, 1, 0, 0, 1, 1, 0, 1].map((subnet) => scene.vpc.plan({ subnet }));
      for (const [index, nic] of plans.entries()) {
        const named = { ...nic, name: `eth${index + 1}` };
        await scene.vpc.list(named);
        await scene.vpc.plug(named);
      }
      for (const index of plans.keys()) await untilConfigured(scene.guest, `eth${index + 1}`, 240_000);
    });
    await expectAllWell(scene);
  });
}
