import { expect, test } from 'vitest';
import type { Nic } from '../../lab/nic.ts';
import { untilConfigured } from '../enid.ts';
import { expectAllWell, rebootAs, type Scene, untilOk, untilOnly, untilPrimaryAnswers } from '../scene.ts';

/** Milliseconds in which three NICs are taken up anew on an emulated processor. */
const slow = 180_000;

/**
 * Needs eth1 and eth2, and leaves them so. In each boot the files of enid that are on the disk meet other NICs under the
 * names that they were written for, and no daemon is there to help.
 */
export function names(scene: Scene): void {
  test('the primary, a secondary and a NIC unknown so far have the names of others at boot', {
    timeout: 600_000,
  }, async () => {
    const [one, other] = [scene.nic('eth1'), scene.nic('eth2')];
    await scene.guest.must('systemctl stop enid; systemctl mask enid');
    const unknown = scene.vpc.plan({ subnet: 1 });
    // Some services ask for a lease of any NIC, and its default route would be theirs and not enid's.
    await scene.guest.dhcp(unknown, null);
    await scene.vpc.list(unknown);
    await scene.vpc.plug(unknown);
    await bootAs(scene, 'eth1', [other, scene.vpc.primary, unknown, one]);
    expect(scene.vpc.nics().map(({ name }) => name)).toEqual(['eth1', 'eth3', 'eth0', 'eth2']);
    await expectPrimaryAlone(scene);
    await scene.guest.dhcp(unknown, {});
    await startDaemon(scene);
    expect(await untilConfigured(scene.guest, 'eth3', slow)).toMatchObject({ mac: one.mac, table: 21001 });
    expect(await untilConfigured(scene.guest, 'eth0', slow)).toMatchObject({ mac: other.mac, table: 21002 });
    expect(await untilConfigured(scene.guest, 'eth2', slow)).toMatchObject({
      mac: unknown.mac,
    });
    await untilOk(scene);
    await expectAllWell(scene);
  });

  test('all have their former names again at the next boot', { timeout: 600_000 }, async () => {
    await scene.guest.must('systemctl stop enid; systemctl mask enid');
    await bootAs(scene, 'eth0', scene.vpc.nics());
    expect(scene.vpc.nics().map(({ name }) => name)).toEqual(['eth0', 'eth1', 'eth2', 'eth3']);
    await expectPrimaryAlone(scene);
    await startDaemon(scene);
    for (const [index, name] of ['eth1', 'eth2'].entries()) {
      expect(await untilConfigured(scene.guest, name, slow)).toMatchObject({ table: 21_001 + index });
    }
    await untilConfigured(scene.guest, 'eth3', slow);
    await expectAllWell(scene);
    await scene.vpc.detach(scene.nic('eth3'));
    await untilOnly(scene, 3);
    await expectAllWell(scene);
  });
}

/**
 * Boots with the NICs in this order. The image's own files know the primary by its new name, as cloud-init writes them:
 * what is asked here is what those of enid do.
 */
async function bootAs(scene: Scene, name: string, order: readonly Nic[]): Promise<void> {
  const { guest, system, vpc } = scene;
  const own = Object.keys(system.files).join(' ');
  await guest.must(`sed -i 's/\\b${vpc.primary.name}\\b/${name}/' ${own}`);
  await rebootAs(scene, order);
}

async function startDaemon(scene: Scene): Promise<void> {
  await scene.guest.must('systemctl unmask enid; systemctl start enid', 120_000);
}

/**
 * The primary is answered, and has its own address and default route, none of another NIC's, and the setting that it had
 * before the first NIC came (NetworkManager loosens the filter of a NIC with a default route by itself).
 */
async function expectPrimaryAlone(scene: Scene): Promise<void> {
  await untilPrimaryAnswers(scene);
  const { name, ipv4 } = scene.vpc.primary;
  const found = await scene.guest.must(`ip -o -4 addr show dev ${name} | awk '{ print $4 }'
    ip -o -4 route show default | awk '{ print $5 }'
    sysctl -n net.ipv4.conf.${name}.rp_filter
    sed -n 's/net.ipv4.conf.eth0.rp_filter = //p' /root/sysctls`);
  const [address, by, filter, former] = found.trim().split('\n');
  expect([address, by, filter]).toEqual([`${ipv4[0]}/24`, name, former]);
}
