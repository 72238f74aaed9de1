import { expect, test } from 'vitest';
import { leases, wrongClients } from '../dhcp-client.ts';
import { untilConfigured } from '../enid.ts';
import { expectAllWell, losingNothing, type Scene, untilOk } from '../scene.ts';

/** Needs eth1 and eth2. */
export function addressing(scene: Scene): void {
  const { system } = scene;

  if (system.detects.stack === 'none') {
    test('whatever the addressing, no network service means static', async () => {
      for (const method of ['static', 'dhcp']) {
        await configure(scene, method);
        expect(await scene.guest.run(['enid', 'plan'])).toMatchObject({ code: 0 });
        await expectAllWell(scene);
      }
      await configure(scene, 'auto');
    });
    return;
  }

  test('addressing: static, with the same address and no DHCP client', async () => {
    await losingNothing(scene, async () => {
      await configure(scene, 'static');
      await expect
        .poll(() => addressesOf(scene), { timeout: 240_000, interval: 500 })
        .toEqual(hostPrefixes(scene));
    });
    await untilConfigured(scene.guest, 'eth1');
    await untilConfigured(scene.guest, 'eth2');
    await expectAllWell(scene);
    expect(await wrongClients(scene.guest, scene.vpc.nics(), 0)).toEqual([]);
  });

  test('static holds at a reboot without the daemon, and nobody has asked for a lease', async () => {
    const nics = secondaries(scene);
    const before = nics.map((nic) => leases(scene.guest, nic));
    await scene.guest.must('systemctl mask enid');
    await scene.guest.reboot();
    await expectAllWell(scene);
    expect(await addressesOf(scene)).toEqual(hostPrefixes(scene));
    expect(nics.map((nic) => leases(scene.guest, nic))).toEqual(before);
    expect(await scene.guest.run(['enid', 'plan'])).toMatchObject({ code: 0 });
    await scene.guest.must('systemctl unmask enid; systemctl start enid');
    await untilOk(scene);
  });

  test('and back to DHCP', async () => {
    const nics = secondaries(scene);
    const before = nics.map((nic) => leases(scene.guest, nic));
    await losingNothing(scene, async () => {
      await configure(scene, 'dhcp');
      await expect
        .poll(() => nics.every((nic, index) => leases(scene.guest, nic) > (before[index] ?? 0)), {
          timeout: 240_000,
          interval: 500,
        })
        .toBe(true);
      await untilConfigured(scene.guest, 'eth1');
      await untilConfigured(scene.guest, 'eth2');
    });
    await expectAllWell(scene);
    expect(await wrongClients(scene.guest, scene.vpc.nics())).toEqual([]);
    await configure(scene, 'auto');
  });
}

/** The daemon watches the file. */
async function configure({ guest }: Scene, method: string): Promise<void> {
  await guest.must(`sed -i '/^addressing:/d' /etc/enid/config.yaml
    echo 'addressing: ${method}' >>/etc/enid/config.yaml`);
}

function secondaries({ vpc }: Scene) {
  return vpc.nics().filter((nic) => !nic.primary);
}

/** The IPv4 addresses of the secondaries as the kernel has them, sorted; those of a lease end in `dynamic`. */
async function addressesOf(scene: Scene): Promise<readonly string[]> {
  const text = await scene.guest.must('ip -o -4 addr show');
  const names = new Set(secondaries(scene).map((nic) => nic.name));
  return text
    .split('\n')
    .map((line) => /^\d+: (\S+) +inet (\S+) .*?scope global( dynamic)?/.exec(line))
    .filter((found) => found !== null && names.has(found[1] ?? ''))
    .map((found) => `${found?.[1]} ${found?.[2]}${found?.[3] ?? ''}`)
    .sort();
}

function hostPrefixes(scene: Scene): readonly string[] {
  return secondaries(scene)
    .flatMap((nic) => nic.ipv4.map((address) => `${nic.name} ${address}/32`))
    .sort();
}
