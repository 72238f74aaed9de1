import { expect, test } from 'vitest';
import { bootHook, installBootHook, longestHook, removeBootHook } from '../boot-hook.ts';
import { wrongClients } from '../dhcp-client.ts';
import { readStatus, until } from '../enid.ts';
import type { Guest } from '../guest.ts';
import { expectAllWell, type Scene, untilOk } from '../scene.ts';

/** Needs eth1 and eth2, and eth3 and eth4 free; leaves them so. */
export function oneShot(scene: Scene): void {
  test('without the daemon, a run by hand configures a NIC, and what it made outlives it', async () => {
    await scene.guest.must('systemctl mask --now enid');
    await scene.vpc.attach({ subnet: 1 });
    await untilLinked(scene.guest, 'eth3');
    await untilNothingIsLeft(scene.guest);
    await expectAllWell(scene);
    expect(await wrongClients(scene.guest, scene.vpc.nics())).toEqual([]);
    expect((await scene.guest.run(['systemctl', 'is-active', 'enid'])).stdout).not.toBe('active\n');
  });

  test('at a boot without daemon and metadata, the hook goes by what was known before', async () => {
    const attached = scene.vpc.plan({ subnet: 0, name: 'eth4' });
    await scene.vpc.list(attached);
    await scene.guest.run(['enid', 'reconfigure']);
    await scene.vpc.plug(attached);
    await installBootHook(scene.guest);
    await scene.vpc.metadata.fail({ kind: 'hang', on: 'everything' });
    await scene.guest.reboot();
    const { result, seconds } = await bootHook(scene.guest);
    expect(result).toBe('success');
    expect(seconds).toBeGreaterThan(9);
    expect(seconds).toBeLessThan(longestHook);
    const status = await readStatus(scene.guest);
    expect(status?.lastRun?.trigger).toBe('boot');
    expect(status?.interfaces.map(({ name }) => name)).toContain('eth4');
    await expectAllWell(scene);
  });

  test('the daemon comes back, and both go', async () => {
    await scene.vpc.metadata.fail(null);
    await removeBootHook(scene.guest);
    await scene.guest.must('systemctl unmask enid; systemctl start enid');
    await untilOk(scene);
    for (const name of ['eth4', 'eth3']) await scene.vpc.detach(scene.nic(name));
    await until(
      scene.guest,
      'they are gone',
      ({ state, interfaces }) => state === 'ok' && interfaces.length === 3,
    );
    await expectAllWell(scene);
  });
}

async function untilLinked(guest: Guest, name: string): Promise<void> {
  await expect
    .poll(async () => (await guest.run(['ip', 'link', 'show', name])).code, { timeout: 30_000 })
    .toBe(0);
}

/** Runs enid until it has nothing to do: a lease may come later than one run waits for it. */
async function untilNothingIsLeft(guest: Guest): Promise<void> {
  const codes: (number | null)[] = [];
  while (codes.length < 4 && codes.at(-1) !== 0) codes.push((await guest.run(['enid', 'reconfigure'])).code);
  expect(codes.at(-1), `exit codes ${codes.join(', ')}`).toBe(0);
}
