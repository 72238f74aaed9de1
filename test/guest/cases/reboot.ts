import { expect, test } from 'vitest';
import { untilConfigured } from '../enid.ts';
import { expectAllWell, type Scene, untilOk } from '../scene.ts';

/** Needs eth1 and eth2. */
export function reboot(scene: Scene): void {
  const { system } = scene;

  test('a reboot without the daemon', async () => {
    await scene.guest.must('systemctl mask enid');
    await scene.guest.reboot();
    expect((await scene.guest.run(['systemctl', 'is-active', 'enid'])).stdout).not.toBe('active\n');
    if (system.detects.stack !== 'none') await expectAllWell(scene);
  });

  test('a second run changes nothing', async () => {
    if (system.detects.stack !== 'none') {
      const { code, stdout, stderr } = await scene.guest.run(['enid', 'plan']);
      expect({ code, stdout, stderr }).toMatchObject({ code: 0 });
    }
    await scene.guest.must('systemctl unmask enid; systemctl start enid');
    await untilOk(scene);
    await untilConfigured(scene.guest, 'eth1');
    await untilConfigured(scene.guest, 'eth2');
    await expectAllWell(scene);
  });
}
