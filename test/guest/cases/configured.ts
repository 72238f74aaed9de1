import { expect, test } from 'vitest';
import { until, untilConfigured } from '../enid.ts';
import { expectAllWell, losingNothing, type Scene, untilOk } from '../scene.ts';

/** Needs eth1, and a cloud that tells of no further address; leaves eth1 with one. */
export function configured(scene: Scene): void {
  test('a further address that only the configuration knows', async () => {
    const nic = scene.nic('eth1');
    const further = '10.0.1.101';
    await scene.vpc.addAddress(nic, further);
    await losingNothing(scene, async () => {
      await scene.guest.must(
        `echo 'interfaces: { addresses: { "${nic.mac}": ["${further}/24"] } }' >>/etc/enid/config.yaml`,
      );
      await until(scene.guest, 'it is there', ({ interfaces }) =>
        interfaces.some(({ name, addresses }) => name === 'eth1' && addresses.includes(`${further}/32`)),
      );
      await untilConfigured(scene.guest, 'eth1');
    });
    await untilOk(scene);
    await expectAllWell(scene);
    expect(
      await scene.guest.must(
        `grep -rl ${further} /etc/network /etc/netplan /etc/systemd/network /etc/NetworkManager 2>/dev/null || true`,
      ),
    ).not.toBe('');
  });
}
