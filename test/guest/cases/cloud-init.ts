import { expect, test } from 'vitest';
import { longestHook, scriptsOfThisBoot } from '../boot-hook.ts';
import { readStatus, until, untilConfigured } from '../enid.ts';
import type { Guest } from '../guest.ts';
import { expectAllWell, losing, type Scene, untilOk } from '../scene.ts';
import { expectNothingLeft } from './detach.ts';

/** cloud-init renders the NICs at boot and whenever one comes or goes, and runs enid's hook; leaves the primary alone. */
export function besideCloudInit(scene: Scene): void {
  test('cloud-init has taken the network from the metadata, and its hot-plug hook is in place', async () => {
    await untilOk(scene);
    expect(await scene.guest.must('cloud-init status --long')).toMatch(/status: done[\s\S]*DataSourceAliYun/);
    expect(await rendered(scene.guest)).toContain(scene.vpc.primary.mac);
    await scene.guest.must('cat /etc/udev/rules.d/*-cloud-init-hook-hotplug.rules');
  });

  test.each([
    ['eth1', 1],
    ['eth2', 0],
  ] as const)(
    '%s is plugged in: cloud-init applies all of netplan anew, and enid is right',
    async (name, subnet) => {
      await losing(scene, async () => {
        const { mac } = await scene.vpc.attach({ subnet });
        await untilConfigured(scene.guest, name);
        await untilRendered(scene.guest, (text) => text.includes(mac));
      });
      await expectPeace(scene);
    },
  );

  test('booted without the daemon, cloud-init runs the hook, which configures a new NIC', async () => {
    await scene.guest.must('systemctl mask --now enid');
    const { mac } = await scene.vpc.attach({ subnet: 1 });
    await untilRendered(scene.guest, (text) => text.includes(mac));
    await scene.guest.reboot();
    await expectHook(scene, 'eth3');
    await expectAllWell(scene);
  });

  test('booted without daemon and metadata, the hook goes by what was known before', async () => {
    const attached = scene.vpc.plan({ subnet: 0, name: 'eth4' });
    await scene.vpc.list(attached);
    await scene.guest.run(['enid', 'reconfigure']);
    await scene.vpc.plug(attached);
    await scene.vpc.metadata.fail({ kind: 'hang', on: 'everything' });
    await scene.guest.reboot();
    await expectHook(scene, 'eth4');
    await expectAllWell(scene);
    await scene.vpc.metadata.fail(null);
    await scene.guest.must('systemctl unmask enid; systemctl start enid');
    await expectPeace(scene);
  });

  test('they are detached, and nothing is left', async () => {
    for (const name of ['eth4', 'eth3', 'eth2', 'eth1']) await scene.vpc.detach(scene.nic(name));
    await until(
      scene.guest,
      'they are gone',
      ({ state, interfaces }) => state === 'ok' && interfaces.length === 1,
    );
    await untilRendered(scene.guest, () => true);
    await expectPeace(scene);
    await expectNothingLeft(scene);
  }, 480_000);
}

/** The hook has run without the daemon, has not marked the boot as failed, and knows the NIC. */
async function expectHook({ guest }: Scene, name: string): Promise<void> {
  const { result, seconds } = await scriptsOfThisBoot(guest);
  expect(result).toBe('SUCCESS');
  expect(seconds).toBeLessThan(longestHook);
  const status = await readStatus(guest);
  expect(status?.lastRun?.trigger).toBe('boot');
  expect(status?.interfaces.map((nic) => nic.name)).toContain(name);
}

/** All is as enid wants it, and neither has changed a file of the other. */
async function expectPeace(scene: Scene): Promise<void> {
  await untilOk(scene);
  await expectAllWell(scene);
  const { code, stdout } = await scene.guest.run(['enid', 'plan']);
  expect({ code, stdout }).toMatchObject({ code: 0 });
  expect(await rendered(scene.guest)).toMatch(/^# This file is generated from information provided by/);
}

async function rendered(guest: Guest): Promise<string> {
  return (await guest.read('/etc/netplan/50-cloud-init.yaml')) ?? '';
}

/**
 * Waits until cloud-init has dealt with the NICs that came or went, and what it has rendered is so. After a boot without
 * metadata its hook fails five times for each NIC, one NIC after the other, which takes it 52 s (hotplug_hook.py of 22.4.2).
 */
async function untilRendered(guest: Guest, holds: (text: string) => boolean): Promise<void> {
  await expect
    .poll(
      async () => {
        const busy = await guest.run(['systemctl', 'is-active', 'cloud-init-hotplugd.service']);
        return busy.code !== 0 && holds(await rendered(guest));
      },
      { timeout: 300_000, interval: 1000 },
    )
    .toBe(true);
}
