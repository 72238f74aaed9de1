import { describe, expect, test } from 'vitest';
import type { Nic } from '../lab/nic.ts';
import { openstackDocuments } from '../lab/openstack-documents.ts';
import { ping } from '../lab/ping.ts';
import { subnet } from '../lab/subnet.ts';
import { chosen } from './choice.ts';
import { until, untilConfigured } from './enid.ts';
import { isoImage } from './iso9660.ts';
import { type Scene, useGuest } from './scene.ts';
import { vfatImage } from './vfat.ts';

// A server without a metadata service, which has a config drive instead.

const patience = { timeout: 60_000, interval: 1000 };
const config = 'provider: openstack\nmetadata: { endpoint: "http://127.0.0.1:9", poll: 5s }\n';
const primary = server(0, 'eth0', 0, '10.0.0.10');
const members = ['00:16:3e:00:00:01', '00:16:3e:00:00:02'];
/** As the VPC plans the third NIC after the primary. */
const beside = server(3, 'eth3', 1, '10.0.1.50');

function server(number: number, name: string, place: number, address: string): Nic {
  return {
    port: `n${number}`,
    name,
    mac: `00:16:3e:00:00:0${number}`,
    id: `eni-lab${number}`,
    primary: number === 0,
    subnet: subnet(place),
    ipv4: [address],
    ipv6: [],
    prefixes: [],
  };
}

/** What is on the drive: the primary, a bond of two NICs without a network, and a NIC beside it. */
function documents(): { readonly network: string; readonly instance: string } {
  const [network = '', instance = ''] = Object.values(openstackDocuments([primary, beside]));
  const said = JSON.parse(network);
  const ports = members.map((mac, index) => ({
    id: `port${index}`,
    type: 'phy',
    mtu: null,
    ethernet_mac_address: mac,
  }));
  const bond = { id: 'bond0', type: 'bond', ethernet_mac_address: members[0], bond_mode: 'active-backup' };
  said.links.push(...ports, { ...bond, bond_links: ports.map(({ id }) => id) });
  return { network: JSON.stringify(said), instance };
}

function isoDrive(): Buffer {
  const { network, instance } = documents();
  const files = { 'NETWORK_DATA.JSON': network, 'META_DATA.JSON': instance };
  return isoImage('config-2', { OPENSTACK: { LATEST: files } });
}

function vfatDrive(): Buffer {
  const { network, instance } = documents();
  return vfatImage('config-2', 'openstack/latest', {
    'network_data.json': network,
    'meta_data.json': instance,
  });
}

/** As it stands in the kernel's table of mounts. */
async function expectRead({ guest }: Scene, filesystem: string): Promise<void> {
  const mounts = () => guest.must('cut -d" " -f1-3 /proc/self/mounts; ls -A /mnt');
  const before = await mounts();

  const said = JSON.parse(await guest.must('enid metadata --json'));

  expect(said).toMatchObject({ cloud: 'openstack', asOf: 'boot', primaryMac: primary.mac });
  expect(said.interfaces[0]).toMatchObject({ id: 'eni-lab0', ipv4: { addresses: ['10.0.0.10'] } });
  expect(await mounts()).toBe(before);
  expect(before).not.toContain(filesystem);
}

describe.each(chosen('none'))('$name with a config drive', (system) => {
  const files = { ...system.files, '/etc/enid/config.yaml': config };
  const scene = useGuest({ ...system, files }, {}, { drive: isoDrive() });

  test('it is read, and nothing of it is left behind', () => expectRead(scene, 'iso9660'));

  test('it is read where it is mounted', async () => {
    await scene.guest.must(
      'mkdir -p "/media/config drive"; mount -o ro LABEL=config-2 "/media/config drive"',
    );

    const said = JSON.parse(await scene.guest.must('enid metadata --json'));

    expect(said).toMatchObject({ cloud: 'openstack', asOf: 'boot', primaryMac: primary.mac });
    await scene.guest.must('umount "/media/config drive"');
  });

  test('the daemon reads it from within its sandbox', async () => {
    const status = await until(scene.guest, 'the primary is known', ({ interfaces }) =>
      interfaces.some(
        ({ mac, role, state }) => mac === primary.mac && role === 'primary' && state === 'configured',
      ),
    );

    expect(status.cloud).toBe('openstack');
  });

  test('the NICs of a bond are left to who builds it, and the NIC beside it is configured', async () => {
    for (const number of [1, 1, 1]) await scene.vpc.plug(scene.vpc.plan({ subnet: number }));

    await untilConfigured(scene.guest, 'eth3');

    expect(await ping(scene.vpc.outside, '10.0.1.50', 3000)).toMatchObject({ answered: true });
    expect(await scene.guest.must('ip -o addr show dev eth1; ip -o addr show dev eth2')).toBe('');

    await scene.guest.must(`ip link add bond0 address ${members[0]} type bond mode active-backup
      for nic in eth1 eth2; do ip link set $nic down; ip link set $nic master bond0; done
      ip link set bond0 up; ip address add 192.0.2.1/24 dev bond0`);
    await expect.poll(async () => (await scene.guest.run(['enid', 'plan'])).code, patience).toBe(0);

    expect(await scene.guest.must('cat /sys/class/net/bond0/bonding/slaves')).toBe('eth1 eth2\n');
    expect(await scene.guest.must('ip -o -4 addr show | cut -d" " -f2,7 | sort')).toBe(
      'bond0 192.0.2.1/24\neth0 10.0.0.10/24\neth3 10.0.1.50/32\nlo 127.0.0.1/8\n',
    );
    expect(await ping(scene.vpc.outside, '10.0.1.50', 3000)).toMatchObject({ answered: true });
  });

  test('a NIC that was attached since is waited for, and nothing is done to it', async () => {
    await scene.vpc.attach({ subnet: 1 });

    await until(scene.guest, 'eth4 waits', ({ interfaces }) =>
      interfaces.some(({ name, reason }) => name === 'eth4' && reason === 'not-in-metadata'),
    );
  });
});

describe.each(chosen('none'))('$name with a config drive of the other kind', (system) => {
  const named = {
    ...system,
    name: `${system.name}-vfat`,
    files: { ...system.files, '/etc/enid/config.yaml': config },
  };
  const scene = useGuest(named, {}, { drive: vfatDrive() });

  test('it is read, and nothing of it is left behind', () => expectRead(scene, 'vfat'));

  test('the daemon reads it from within its sandbox', async () => {
    const status = await until(scene.guest, 'the primary is known', ({ interfaces }) =>
      interfaces.some(({ mac, state }) => mac === primary.mac && state === 'configured'),
    );

    expect(status.cloud).toBe('openstack');
    expect(await scene.guest.must('cut -d" " -f3 /proc/self/mounts')).not.toContain('vfat');
  });
});
