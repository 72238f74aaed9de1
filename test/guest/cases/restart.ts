import { expect, test } from 'vitest';
import { say } from '../progress.ts';
import { expectAllWell, losing, type Scene, untilOk } from '../scene.ts';
import { expectSameResolvers } from './detection.ts';

/** By stack, what the vendors' pages have people run (README "Distributions and stacks"). */
const restarts: Readonly<Record<string, string>> = {
  ifupdown: 'systemctl restart networking',
  networkd: 'systemctl restart systemd-networkd',
  netplan: 'netplan apply',
  networkmanager: 'systemctl restart NetworkManager',
};

/** Needs eth1 and eth2. */
export function restart(scene: Scene): void {
  const { system } = scene;
  const command = restarts[system.detects.stack] ?? '';
  const argv = ['enid', 'reconfigure', '--restart'];

  test('--restart restarts the whole service, and the machine is reachable afterwards', async () => {
    const lost = await losing(scene, async () => {
      const { code, stdout, stderr } = await scene.guest.run(argv, '', 240_000);
      // On an emulated processor it may take longer than a change may: then it was put back, which is asked no less of.
      if (code !== 3 || !`${stdout}${stderr}`.includes('command-timeout')) {
        expect({ code, stdout, stderr }).toMatchObject({ code: 0, stdout: expect.stringContaining(command) });
      }
      await expectAllWell(scene);
    });
    const seconds = (lost / 100).toFixed(2);
    say(`${system.name}: ${command || 'no service'}: the primary was away for ${seconds} s`);
    await scene.guest.must('enid reconfigure', 120_000);
    await untilOk(scene);
    await expectAllWell(scene);
    await expectSameResolvers(scene);
  });
}
