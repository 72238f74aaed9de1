import { expect, test } from 'vitest';
import type { Nic } from '../../lab/nic.ts';
import { until, untilConfigured } from '../enid.ts';
import { expectAllWell, losingNothing, type Scene, untilOk } from '../scene.ts';
import { expectNothingLeft } from './detach.ts';

/**
 * Supplementary network interfaces: one with addresses of the configuration on a secondary, one by DHCP on the primary.
 * Needs a primary that carries VLANs, and only that; leaves only that.
 */
export function vlans(scene: Scene): void {
  const { system } = scene;
  const asks = system.detects.stack !== 'none';
  const planned: { parent?: Nic; own?: Nic; ofPrimary?: Nic } = {};
  const get = (which: keyof typeof planned): Nic => {
    const nic = planned[which];
    if (nic === undefined) throw new Error(`${which} is not planned yet`);
    return nic;
  };

  async function configure(...all: readonly Nic[]): Promise<void> {
    const entries = all.map((nic) => {
      const parent = nic.vlan?.port === scene.vpc.primary.port ? scene.vpc.primary.mac : get('parent').id;
      const addresses = nic.ipv4.map((address) => `${address}/24`);
      const given = nic === planned.ofPrimary && asks ? [] : addresses;
      return { parent, id: nic.vlan?.id, mac: nic.mac, addresses: given, gateway: nic.subnet.gateway4 };
    });
    const config = {
      metadata: { poll: '5s' },
      rollback: { timeout: '3m' },
      interfaces: { vlans: entries },
    };
    await scene.guest.must(`cat > /etc/enid/config.yaml <<'END'\n${JSON.stringify(config)}\nEND\n`);
  }

  test('a NIC is plugged in, and a VLAN on it comes up by the configuration', async () => {
    planned.parent = await scene.vpc.attach({ subnet: 1, trunk: true });
    await untilConfigured(scene.guest, 'eth1');
    const wish = { parent: get('parent'), id: 100 };
    planned.own = scene.vpc.plan({ subnet: 2, count: 2, name: 'eth1.100', vlan: wish });
    await scene.vpc.plug(get('own'));
    await scene.vpc.peer(2);
    await losingNothing(scene, async () => {
      await configure(get('own'));
      expect(await untilConfigured(scene.guest, 'eth1.100')).toMatchObject({
        role: 'secondary',
        table: 21002,
        mac: get('own').mac,
      });
    });
    await expectVlan(scene, get('own'));
    await expectAllWell(scene);
  });

  test('a VLAN on the primary comes up, and the primary loses nothing', async () => {
    const wish = { parent: scene.vpc.primary, id: 200 };
    planned.ofPrimary = scene.vpc.plan({ subnet: 3, name: 'eth0.200', vlan: wish });
    await scene.vpc.plug(get('ofPrimary'));
    await scene.vpc.peer(3);
    await losingNothing(scene, async () => {
      await configure(get('own'), get('ofPrimary'));
      expect(await untilConfigured(scene.guest, 'eth0.200')).toMatchObject({ table: 21003 });
    });
    await expectVlan(scene, get('ofPrimary'));
    await expectAllWell(scene);
  });

  test('a reboot without the daemon brings VLANs back', async () => {
    await scene.guest.must('systemctl mask enid');
    await scene.guest.reboot();
    if (asks) {
      await expectAllWell(scene);
      const { code, stdout, stderr } = await scene.guest.run(['enid', 'plan']);
      expect({ code, stdout, stderr }).toMatchObject({ code: 0 });
    }
    await scene.guest.must('systemctl unmask enid; systemctl start enid');
    await untilOk(scene);
    for (const name of ['eth1', 'eth1.100', 'eth0.200']) await untilConfigured(scene.guest, name);
    await expectVlan(scene, get('own'));
    await expectVlan(scene, get('ofPrimary'));
    await expectAllWell(scene);
  });

  test('a VLAN that was given another MAC, and one that was deleted, are made right', async () => {
    await scene.guest.must('ip link set dev eth1.100 address fa:16:3e:99:99:99; ip link del dev eth0.200');
    await untilConfigured(scene.guest, 'eth1.100');
    await expect
      .poll(async () => (await scene.guest.run(['ip', 'link', 'show', 'dev', 'eth0.200'])).code, {
        timeout: 60_000,
      })
      .toBe(0);
    await untilConfigured(scene.guest, 'eth0.200');
    await expectAllWell(scene, 60_000);
    await expectVlan(scene, get('own'));
    await expectVlan(scene, get('ofPrimary'));
  });

  test('the parent is detached, and its VLAN with it; both come back in their slots', async () => {
    await losingNothing(scene, async () => {
      await scene.vpc.detach(get('own'));
      await scene.vpc.detach(get('parent'));
      await until(scene.guest, 'they are gone', ({ interfaces }) =>
        interfaces.every(({ name }) => name !== 'eth1' && name !== 'eth1.100'),
      );
    });
    await expectAllWell(scene);
    expect(await filesOf(scene, 'eth1')).toBe('');
    await scene.vpc.list(get('parent'));
    await scene.vpc.plug(get('parent'));
    await scene.vpc.plug(get('own'));
    expect(await untilConfigured(scene.guest, 'eth1')).toMatchObject({ table: 21001 });
    expect(await untilConfigured(scene.guest, 'eth1.100')).toMatchObject({ table: 21002 });
    await expectVlan(scene, get('own'));
    await expectAllWell(scene);
  });

  test('VLANs that are configured no more go, links and all', async () => {
    await scene.vpc.unplug(get('own'));
    await scene.vpc.unplug(get('ofPrimary'));
    await losingNothing(scene, async () => {
      await configure();
      await expect
        .poll(() => scene.guest.must('ip -o link | grep -c "@eth" || true'), { timeout: 60_000 })
        .toBe('0\n');
    });
    await scene.vpc.detach(get('parent'));
    await until(
      scene.guest,
      'they are gone',
      ({ state, interfaces }) => state === 'ok' && interfaces.length === 1,
    );
    await expectAllWell(scene);
    await expectNothingLeft(scene);
  });
}

/** The kernel's word for it: id, parent, MAC, and packets no larger than the parent's. */
async function expectVlan({ guest }: Scene, nic: Nic): Promise<void> {
  const parent = nic.name.replace(/\..*/, '');
  const told = await guest.must(`ip -d -o link show dev ${nic.name}`);
  expect(told).toContain(`${nic.name}@${parent}:`);
  expect(told).toContain(`link/ether ${nic.mac} `);
  expect(told).toContain(`vlan protocol 802.1Q id ${nic.vlan?.id} `);
  expect(told).toContain(' mtu 1500 ');
}

/** The files of ours that name a NIC. */
function filesOf({ guest }: Scene, name: string): Promise<string> {
  return guest.must(`grep -rl 'Managed by enid' /etc | grep -F '${name}' || true`);
}
