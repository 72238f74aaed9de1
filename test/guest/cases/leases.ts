import { expect, test } from 'vitest';
import { readStatus, until, untilConfigured } from '../enid.ts';
import { expectAllWell, losingNothing, type Scene } from '../scene.ts';

/** Milliseconds without an answer: a client's patience with its first questions, and several of enid's runs. */
const silence = 30_000;

/** Needs eth1 and eth2, and eth3 free. */
export function leases(scene: Scene): void {
  const { system } = scene;

  test('a NIC whose DHCP is silent is pending, and the primary keeps all that is its own', async () => {
    const late = scene.vpc.plan({ subnet: 1, ipv6: true });
    await scene.guest.dhcp(late, null);
    await losingNothing(scene, async () => {
      await scene.vpc.list(late);
      await scene.vpc.plug(late);
      // Without a network service nobody asks for a lease.
      if (system.detects.stack === 'none') return void (await untilConfigured(scene.guest, 'eth3'));
      await until(scene.guest, 'it waits for its lease', ({ interfaces }) =>
        interfaces.some(({ name, state, reason }) => name === 'eth3' && isWaiting(state, reason)),
      );
      const end = performance.now() + silence;
      while (performance.now() < end) {
        const status = await readStatus(scene.guest);
        const nic = status?.interfaces.find(({ name }) => name === 'eth3');
        expect(nic).toMatchObject({ state: 'pending', reason: 'no-lease' });
        expect(nic?.files).not.toEqual([]);
        expect(status?.lastRun?.outcome).not.toMatch(/rolled-back|rollback-failed/);
        await new Promise((resolve) => setTimeout(resolve, 2000));
      }
    });
    await expectPrimaryKept(scene);
  });

  test('the lease comes, with routes that would take all from the primary, and takes nothing', async () => {
    const late = scene.nic('eth3');
    const { gateway4 } = late.subnet;
    await losingNothing(scene, async () => {
      await scene.guest.dhcp(late, {
        options: [`121,0.0.0.0/0,${gateway4},169.254.169.254/32,${gateway4},100.100.100.200/32,${gateway4}`],
        advertise: true,
      });
      await untilConfigured(scene.guest, 'eth3', 180_000);
    });
    await expectAllWell(scene);
    await expectPrimaryKept(scene);
  });

  test('it is detached, and the others stay as they are', async () => {
    await losingNothing(scene, async () => {
      await scene.vpc.detach(scene.nic('eth3'));
      await until(
        scene.guest,
        'it is gone',
        ({ state, interfaces }) => state === 'ok' && interfaces.length === 3,
      );
    });
    await expectAllWell(scene);
  });
}

function isWaiting(state: string, reason: string | null): boolean {
  return state === 'pending' && reason === 'no-lease';
}

/** The default routes and the way to the metadata, of both families, are by the primary. */
async function expectPrimaryKept({ guest }: Scene): Promise<void> {
  for (const destination of ['169.254.169.254', '100.100.100.200', '203.0.113.7', '2001:db8:ffff::7']) {
    expect(await guest.must(`ip route get ${destination}`)).toContain(' dev eth0 ');
  }
}
