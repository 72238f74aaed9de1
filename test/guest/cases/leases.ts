import { expect, test } from 'vitest';
import { until, untilConfigured } from '../enid.ts';
import { expectAllWell, losingNothing, type Scene } from '../scene.ts';

/** Needs eth1 and eth2, and eth3 free. */
export function leases(scene: Scene): void {
  const { system } = scene;

  test('a NIC without a lease is pending, and is right once the lease comes, whatever routes it brings', async () => {
    const late = scene.vpc.plan({ subnet: 1 });
    await scene.guest.dhcp(late, null);
    await losingNothing(scene, async () => {
      await scene.vpc.list(late);
      await scene.vpc.plug(late);
      if (system.detects.stack !== 'none') {
        await until(scene.guest, 'it waits for its lease', ({ interfaces }) =>
          interfaces.some(
            ({ name, state, reason }) => name === 'eth3' && state === 'pending' && reason === 'no-lease',
          ),
        );
      }
      await scene.guest.dhcp(late, {
        options: [`121,0.0.0.0/0,${late.subnet.gateway4},169.254.169.254/32,${late.subnet.gateway4}`],
      });
      await untilConfigured(scene.guest, 'eth3', 180_000);
    });
    await expectAllWell(scene);
    expect(await scene.guest.must('ip route get 169.254.169.254')).toContain('dev eth0');
    await scene.vpc.detach(late);
    await until(
      scene.guest,
      'it is gone',
      ({ state, interfaces }) => state === 'ok' && interfaces.length === 3,
    );
    await expectAllWell(scene);
  });
}
