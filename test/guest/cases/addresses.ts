import { expect, test } from 'vitest';
import { discoveries } from '../dhcp-client.ts';
import { until, untilConfigured } from '../enid.ts';
import { expectAllWell, losingNothing, type Scene } from '../scene.ts';

/** Needs eth1. */
export function addresses(scene: Scene): void {
  const { system } = scene;

  test('two private addresses more and one less, without a new lease', async () => {
    const before = discoveries(scene.guest, scene.nic('eth1'));
    await losingNothing(scene, async () => {
      await scene.vpc.addAddress(scene.nic('eth1'), '10.0.1.101');
      await scene.vpc.addAddress(scene.nic('eth1'), '10.0.1.102');
      await until(scene.guest, 'three addresses', ({ interfaces }) =>
        interfaces.some(({ name, addresses }) => name === 'eth1' && addresses.length >= 3),
      );
      await untilConfigured(scene.guest, 'eth1');
    });
    await expectAllWell(scene);
    await losingNothing(scene, async () => {
      await scene.vpc.removeAddress(scene.nic('eth1'), '10.0.1.101');
      await until(scene.guest, '10.0.1.101 is gone', ({ interfaces }) =>
        interfaces.every(({ addresses }) => !addresses.includes('10.0.1.101/32')),
      );
    });
    await expectAllWell(scene);
    expect(await scene.guest.must('grep -rl 10.0.1.101 /etc || true')).toBe('');
    expect(await scene.guest.must('ip addr')).not.toContain('10.0.1.101');
    if (system.detects.stack !== 'none') {
      expect(await scene.guest.must('grep -rl 10.0.1.102 /etc || true')).not.toBe('');
    }
    if (system.reapplies) expect(discoveries(scene.guest, scene.nic('eth1'))).toBe(before);
  });
}
