import { describe, expect, test } from 'vitest';
import type { Nic } from '../lab/nic.ts';
import { type Loss, steadyPing } from '../lab/steady-ping.ts';
import { discoveries, leases, wrongClients } from './dhcp-client.ts';
import { until, untilConfigured } from './enid.ts';
import { say } from './progress.ts';
import { expectAllWell, type Scene, untilOk, useGuest } from './scene.ts';
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
  let resolvers: string;

  test('the stack is detected, with evidence', async () => {
    await untilOk(scene);
    const found = JSON.parse(await scene.guest.must('enid detect --json'));
    expect(found).toMatchObject({ cloud: 'alibaba', distro: { id: 'debian' }, ...system.detects });
    expect(JSON.stringify(found.evidence)).toMatch(system.evidence);
    expect(await scene.guest.must('systemctl is-active enid')).toBe('active\n');
    resolvers = await scene.guest.must('cat /etc/resolv.conf');
  });

  test('a NIC in another subnet is plugged in, and the primary loses nothing', async () => {
    const loss = await losing(scene, async () => {
      other = await scene.vpc.attach({ subnet: 1 });
      const nic = await untilConfigured(scene.guest, 'eth1');
      expect(nic).toMatchObject({ role: 'secondary', table: 21001, mac: other.mac });
    });
    await expectAllWell(scene);
    if (!system.wildcard) expect(loss.lost).toBe(0);
  });

  test('a NIC in the subnet of the primary is plugged in, and the primary loses nothing', async () => {
    const loss = await losing(scene, async () => {
      same = await scene.vpc.attach({ subnet: 0 });
      await untilConfigured(scene.guest, 'eth2');
    });
    await expectAllWell(scene);
    if (!system.wildcard) expect(loss.lost).toBe(0);
  });

  test('two private addresses more and one less, without a new lease', async () => {
    const before = discoveries(scene.guest, other);
    const loss = await losing(scene, async () => {
      other = await scene.vpc.addAddress(other, '10.0.1.101');
      other = await scene.vpc.addAddress(other, '10.0.1.102');
      await until(scene.guest, 'three addresses', ({ interfaces }) =>
        interfaces.some(({ name, addresses }) => name === 'eth1' && addresses.length >= 3),
      );
      await untilConfigured(scene.guest, 'eth1');
    });
    await expectAllWell(scene);
    other = await scene.vpc.removeAddress(other, '10.0.1.101');
    await until(scene.guest, '10.0.1.101 is gone', ({ interfaces }) =>
      interfaces.every(({ addresses }) => !addresses.includes('10.0.1.101/32')),
    );
    await expectAllWell(scene);
    expect(await scene.guest.must('grep -rl 10.0.1.101 /etc || true')).toBe('');
    expect(await scene.guest.must('ip addr')).not.toContain('10.0.1.101');
    if (system.detects.stack !== 'none') {
      expect(await scene.guest.must('grep -rl 10.0.1.102 /etc || true')).not.toBe('');
    }
    if (!system.wildcard) expect(loss.lost).toBe(0);
    if (system.reapplies) expect(discoveries(scene.guest, other)).toBe(before);
  });

  test('one DHCP client at most, outside enid, and it renews with enid restarted and stopped', async () => {
    const nics = scene.vpc.nics();
    expect(await wrongClients(scene.guest, nics)).toEqual([]);
    await scene.guest.must('systemctl restart enid');
    await untilOk(scene);
    await scene.guest.must('systemctl stop enid');
    expect(await wrongClients(scene.guest, nics)).toEqual([]);
    if (system.detects.stack !== 'none') {
      const before = [other, same].map((nic) => leases(scene.guest, nic));
      // The lease is 120 s long.
      await expect
        .poll(() => [other, same].every((nic, index) => leases(scene.guest, nic) > (before[index] ?? 0)), {
          timeout: 110_000,
          interval: 1000,
        })
        .toBe(true);
    }
    await expectAllWell(scene);
    expect(await scene.guest.must('cat /etc/resolv.conf')).toBe(resolvers);
    await scene.guest.must('systemctl start enid');
    await untilOk(scene);
  });

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

  test('a NIC without a lease is pending, and is right once the lease comes, whatever routes it brings', async () => {
    const late = scene.vpc.plan({ subnet: 1 });
    await scene.guest.dhcp(late, null);
    await scene.vpc.list(late);
    await scene.vpc.plug(late);
    if (system.detects.stack !== 'none') {
      await until(scene.guest, 'it waits for its lease', ({ interfaces }) =>
        interfaces.some(
          ({ name, state, reason }) => name === 'eth3' && state === 'pending' && reason === 'no-lease',
        ),
      );
    }
    await scene.guest.dhcp(late, {
      options: [`121,0.0.0.0/0,${late.subnet.gateway4},169.254.169.254/32,${late.subnet.gateway4}`],
    });
    await untilConfigured(scene.guest, 'eth3', 180_000);
    await expectAllWell(scene);
    expect(await scene.guest.must('ip route get 169.254.169.254')).toContain('dev eth0');
    await scene.vpc.detach(late);
    await until(
      scene.guest,
      'it is gone',
      ({ state, interfaces }) => state === 'ok' && interfaces.length === 3,
    );
    await expectAllWell(scene);
  });

  test('detached, one keeps its slot for when it comes back', async () => {
    await scene.vpc.detach(other);
    await until(scene.guest, 'it is gone', ({ interfaces }) =>
      interfaces.every(({ name }) => name !== 'eth1'),
    );
    await expectAllWell(scene);
    await scene.vpc.list(other);
    await scene.vpc.plug(other);
    expect(await untilConfigured(scene.guest, 'eth1')).toMatchObject({ table: 21001 });
    await expectAllWell(scene);
  });

  test('both are detached, and nothing is left', async () => {
    for (const nic of [same, other]) await scene.vpc.detach(nic);
    await until(
      scene.guest,
      'they are gone',
      ({ state, interfaces }) => state === 'ok' && interfaces.length === 1,
    );
    await expectAllWell(scene);
    const left = await scene.guest.must(
      `grep -rl 'Managed by enid' /etc || true; pgrep -a 'dhclient|dhcpcd' | grep -E 'eth[1-9]' || true`,
    );
    expect(left).toBe('');
    expect(await scene.guest.must('cat /etc/resolv.conf')).toBe(resolvers);
  });

  test('eight at once', async () => {
    const loss = await losing(scene, async () => {
      const plans = [1, 1, 0, 0, 1, 1, 0, 1].map((subnet) => scene.vpc.plan({ subnet }));
      for (const [index, nic] of plans.entries()) {
        const named = { ...nic, name: `eth${index + 1}` };
        await scene.vpc.list(named);
        await scene.vpc.plug(named);
      }
      for (const index of plans.keys()) await untilConfigured(scene.guest, `eth${index + 1}`, 240_000);
    });
    await expectAllWell(scene);
    if (!system.wildcard) expect(loss.lost).toBe(0);
  });
});

/** Pings the primary every 10 ms from outside while something is done, and tells what was lost. */
async function losing({ vpc, system }: Scene, act: () => Promise<void>): Promise<Loss> {
  const pinging = steadyPing(vpc.outside, vpc.primary.ipv4[0] ?? '', 10);
  const failure = await act().catch((error: unknown) => ({ error }));
  const loss = await pinging.stop();
  say(`${system.name}: the primary lost ${loss.lost} of ${loss.sent} packets`);
  if (failure !== undefined) throw failure.error;
  return loss;
}
