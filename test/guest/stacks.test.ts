import { describe, expect, test } from 'vitest';
import type { Nic } from '../lab/nic.ts';
import { until, untilConfigured } from './enid.ts';
import { expectAllWell, untilOk, useGuest } from './scene.ts';
import { systems } from './systems.ts';

// ENID_GUEST: names of systems, separated by commas.
const wanted = (process.env.ENID_GUEST ?? '').split(',').filter((name) => name !== '');
const unknown = wanted.filter((name) => !systems.some((system) => system.name === name));
if (unknown.length > 0) throw new Error(`no such guest: ${unknown.join(', ')}`);
const chosen = systems.filter(({ name }) => wanted.length === 0 || wanted.includes(name));

describe.each(chosen)('$name', (system) => {
  const scene = useGuest(system);
  let other: Nic;
  let same: Nic;

  test('the stack is detected, with evidence', async () => {
    await untilOk(scene);
    const found = JSON.parse(await scene.guest.must('enid detect --json'));
    expect(found).toMatchObject({ cloud: 'alibaba', distro: { id: 'debian' }, ...system.detects });
    expect(JSON.stringify(found.evidence)).toMatch(system.evidence);
    expect(await scene.guest.must('systemctl is-active enid')).toBe('active\n');
  });

  test('a NIC in another subnet is plugged in', async () => {
    other = await scene.vpc.attach({ subnet: 1 });
    const nic = await untilConfigured(scene.guest, 'eth1');
    expect(nic).toMatchObject({ role: 'secondary', table: 21001, mac: other.mac });
    await expectAllWell(scene);
  });

  test('a NIC in the subnet of the primary is plugged in', async () => {
    same = await scene.vpc.attach({ subnet: 0 });
    await untilConfigured(scene.guest, 'eth2');
    await expectAllWell(scene);
  });

  test('a reboot without the daemon', async () => {
    await scene.guest.must('systemctl mask enid');
    await scene.guest.reboot();
    expect((await scene.guest.run(['systemctl', 'is-active', 'enid'])).stdout).not.toBe('active\n');
    await expectAllWell(scene);
  });

  test('a second run changes nothing', async () => {
    const { code, stdout, stderr } = await scene.guest.run(['enid', 'plan']);
    expect({ code, stdout, stderr }).toMatchObject({ code: 0 });
    await scene.guest.must('systemctl unmask enid; systemctl start enid');
    await untilOk(scene);
    await untilConfigured(scene.guest, 'eth1');
    await untilConfigured(scene.guest, 'eth2');
    await expectAllWell(scene);
  });

  test('both are detached', async () => {
    for (const nic of [same, other]) await scene.vpc.detach(nic);
    await until(
      scene.guest,
      'they are gone',
      ({ state, interfaces }) => state === 'ok' && interfaces.length === 1,
    );
    await expectAllWell(scene);
    const left = await scene.guest.must(
      `grep -rl 'Managed by enid' /etc || true; pgrep -a 'dhclient|dhcpcd' | grep -E 'eth[12]' || true`,
    );
    expect(left).toBe('');
  });
});
