import { expect, test } from 'vitest';
import { leases, wrongClients } from '../dhcp-client.ts';
import { expectAllWell, type Scene, untilOk } from '../scene.ts';
import { expectSameResolvers } from './detection.ts';

/** Needs eth1 and eth2. */
export function renewal(scene: Scene): void {
  const { system } = scene;

  test('one DHCP client at most, outside enid, and it renews with enid restarted and stopped', {
    timeout: 400_000,
  }, async () => {
    const nics = scene.vpc.nics();
    expect(await wrongClients(scene.guest, nics)).toEqual([]);
    await scene.guest.must('systemctl restart enid');
    await untilOk(scene);
    if (system.detects.stack !== 'none') await expectRenewal(scene);
    await scene.guest.must('systemctl stop enid');
    expect(await wrongClients(scene.guest, nics)).toEqual([]);
    if (system.detects.stack !== 'none') await expectRenewal(scene);
    await expectAllWell(scene);
    await expectSameResolvers(scene);
    await scene.guest.must('systemctl start enid');
    await untilOk(scene);
  });
}

/**
 * Clients ask again after 20 s, and where nobody hears that, after 60 s by broadcast: dhclient sends the first by the main
 * table, which for a NIC in the primary's subnet is by the primary.
 */
async function expectRenewal(scene: Scene): Promise<void> {
  const nics = ['eth1', 'eth2'].map(scene.nic);
  const before = nics.map((nic) => leases(scene.guest, nic));
  await expect
    .poll(() => nics.every((nic, index) => leases(scene.guest, nic) > (before[index] ?? 0)), {
      timeout: 130_000,
      interval: 500,
    })
    .toBe(true);
}
