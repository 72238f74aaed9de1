import { describe, expect, test } from 'vitest';
import type { Nic } from '../lab/nic.ts';
import { chosen } from './choice.ts';
import { huawei } from './clouds.ts';
import { wrongClients } from './dhcp-client.ts';
import { untilConfigured } from './enid.ts';
import { isoImage } from './iso9660.ts';
import { expectAllWell, losingNothing, type Scene, untilOk, useGuest } from './scene.ts';

// A bare-metal server of Huawei Cloud: what its drive describes is a bond, the primary, and an extended NIC, which is a
// VLAN on the bond with a MAC of its own; all by DHCP (OTC BMS user guide, "Configuring a NIC").

const config = 'metadata: { endpoint: "http://127.0.0.1:9", poll: 5s }\nrollback: { timeout: 3m }\n';
const bondMac = '00:16:3e:00:00:00';
const extended = { id: 2847, mac: '00:16:3e:00:00:77' };

/** What the distribution's cloud-init makes of such a drive. */
const bond = {
  '/etc/systemd/network/10-bond0.netdev': `[NetDev]
Name=bond0
Kind=bond
MACAddress=${bondMac}

[Bond]
Mode=active-backup
MIIMonitorSec=100ms
`,
  '/etc/systemd/network/20-members.network': '[Match]\nName=eth0 eth1\n\n[Network]\nBond=bond0\n',
  '/etc/systemd/network/50-dhcp.network': '[Match]\nName=bond0\n\n[Network]\nDHCP=yes\n',
};

function drive(): Buffer {
  const links = [
    { id: 'eth0', type: 'phy', ethernet_mac_address: bondMac },
    { id: 'eth1', type: 'phy', ethernet_mac_address: '00:16:3e:00:00:02' },
    {
      id: 'bond0',
      type: 'bond',
      ethernet_mac_address: bondMac,
      bond_mode: 'active-backup',
      bond_links: ['eth0', 'eth1'],
    },
    {
      id: 'vlan2847',
      type: 'vlan',
      vlan_link: 'bond0',
      vlan_id: extended.id,
      vlan_mac_address: extended.mac,
    },
  ];
  const networks = ['bond0', 'vlan2847'].map((link, index) => ({
    ...{ id: `network${index}`, link, type: 'ipv4_dhcp', network_id: `net-${index}` },
  }));
  const said = { services: [], links: links.map((link) => ({ ...link, mtu: null })), networks };
  const instance = { uuid: '83679162-1378-4288-a2d4-70e13ec132aa' };
  const documents = { 'NETWORK_DATA.JSON': JSON.stringify(said), 'META_DATA.JSON': JSON.stringify(instance) };
  return isoImage('config-2', { OPENSTACK: { LATEST: documents } });
}

describe.each(chosen('networkd'))('$name on bare metal', (system) => {
  const files = { ...system.files, ...bond, '/etc/enid/config.yaml': config };
  const named = { ...system, name: `${system.name}-bare-metal`, files };
  const scene = useGuest(named, { trunk: true }, { cloud: huawei, drive: drive() });

  test('the bond is the primary, and the VLAN that the drive names on it is configured by its lease', async () => {
    const { vpc } = scene;
    vpc.rename(new Map([[bondMac, 'bond0']]));
    const before = await bondAsItIs(scene);
    const wish = { parent: vpc.primary, id: extended.id };
    const nic = vpc.plan({ subnet: 1, name: 'bond0.2847', mac: extended.mac, vlan: wish });
    await losingNothing(scene, async () => {
      await vpc.plug(nic);
      expect(await untilConfigured(scene.guest, 'bond0.2847')).toMatchObject({
        role: 'secondary',
        mac: extended.mac,
        table: 21001,
      });
    });
    await expectAllWell(scene);
    await expectExtended(scene, nic);
    expect(await bondAsItIs(scene)).toBe(before);
    expect(await wrongClients(scene.guest, vpc.nics())).toEqual([]);
  });

  test('a reboot without the daemon brings it back on the bond', async () => {
    await scene.guest.must('systemctl mask enid');
    await scene.guest.reboot();
    await expectAllWell(scene);
    await scene.guest.must('systemctl unmask enid; systemctl start enid');
    await untilOk(scene);
    await expectExtended(scene, scene.nic('bond0.2847'));
    expect(await scene.guest.run(['enid', 'plan'])).toMatchObject({ code: 0 });
  });

  test('the second member of the bond comes, and is nobody else’s', async () => {
    const member = scene.vpc.plan({ subnet: 0, name: 'eth1' });
    await losingNothing(scene, async () => {
      await scene.vpc.plug(member);
      await expect
        .poll(() => scene.guest.must('cat /sys/class/net/bond0/bonding/slaves'), { timeout: 60_000 })
        .toBe('eth0 eth1\n');
      await untilOk(scene);
    });
    expect(await scene.guest.must('ip -o -4 addr show dev eth1')).toBe('');
    await scene.vpc.unplug(member);
    await untilOk(scene);
    await expectAllWell(scene);
  });
});

async function expectExtended({ guest }: Scene, nic: Nic): Promise<void> {
  const told = await guest.must(`ip -d -o link show dev ${nic.name}`);
  expect(told).toContain(`${nic.name}@bond0:`);
  expect(told).toContain(`link/ether ${nic.mac} `);
  expect(told).toContain(`vlan protocol 802.1Q id ${extended.id} `);
}

/** Its members, address and files. */
function bondAsItIs({ guest }: Scene): Promise<string> {
  return guest.must(`cat /sys/class/net/bond0/bonding/slaves /sys/class/net/bond0/address
    ip -o -4 addr show dev bond0 | awk '{ print $4 }'
    cd /etc/systemd/network; sha256sum 10-bond0.netdev 20-members.network 50-dhcp.network`);
}
