import { expect, test } from 'vitest';
import { behindPeer, openBehindPeer } from '../lab/behind-peer.ts';
import { readKernel } from '../lab/kernel.ts';
import { openstackDocuments } from '../lab/openstack-documents.ts';
import { host4, subnet } from '../lab/subnet.ts';
import { expectAllWell, pause, useScene } from './scene.ts';

// A server of KakaoCloud, which is one of OpenStack by another name: everything is static and from network_data.json.

const scene = useScene({ ipv6: true }, ({ enid }) => enid.configure({ provider: 'kakaocloud' }));

test('an ENI in another subnet', async () => {
  const nic = await scene.vpc.attach({ subnet: 1, ipv6: true });

  const shown = await scene.enid.untilConfigured('eth1');

  expect(shown).toMatchObject({ role: 'secondary', table: 21001, mac: nic.mac, id: nic.id });
  expect(await scene.enid.status()).toMatchObject({ cloud: 'kakaocloud' });
  await expectAllWell(scene);
  // Beside the probe of a change, which asks for the root.
  const { requests } = await scene.vpc.metadata.seen();
  expect(new Set(requests.filter((one) => one !== 'GET /'))).toEqual(
    new Set(['GET /openstack/latest/network_data.json', 'GET /openstack/latest/meta_data.json']),
  );
});

test('what lies behind another gateway of its subnet is answered by way of that', async () => {
  const place = subnet(1);
  const host = behindPeer(place);
  const peer = await openBehindPeer(scene.vpc, place);
  const { ipv4 } = scene.vpc.nics().find(({ name }) => name === 'eth1') ?? { ipv4: [] };

  const way = await scene.vpc.server.must(['ip', 'route', 'get', host, 'from', ipv4[0] ?? '']);

  expect(way).toContain(`via ${place.peer4} dev eth1 table 21001`);
  expect((await peer.run(['ping', '-c', '1', '-w', '3', '-I', host, ipv4[0] ?? ''])).code).toBe(0);
  expect(await scene.vpc.server.must(['ip', 'neigh', 'show', 'dev', 'eth1'])).toContain(place.peer4);
});

test('two NICs in one subnet, and a third in the primary’s: every reply leaves by the NIC that was asked', async () => {
  // What the cloud's page warns of: the router drops what comes from a NIC with another's source.
  const twin = await scene.vpc.attach({ subnet: 1, ipv6: true });
  const beside = await scene.vpc.attach({ subnet: 0, ipv6: true });

  await scene.enid.untilConfigured(twin.name);
  await scene.enid.untilConfigured(beside.name);

  await expectAllWell(scene);
  await scene.vpc.server.ip(['link set eth0 down']);
  await scene.vpc.bringUpPrimary();
  await expectAllWell(scene);
  await scene.vpc.detach(twin);
  await scene.vpc.detach(beside);
  await scene.enid.until(
    'both are gone',
    ({ interfaces }) => interfaces.every(({ name }) => name !== twin.name && name !== beside.name),
    30_000,
  );
  await expectAllWell(scene);
});

test('a second address of a port, which only the configuration knows', async () => {
  const place = subnet(1);
  const mac = '00:16:3e:00:00:77';
  const further = host4(place, 61);
  await scene.enid.configure({
    provider: 'kakaocloud',
    interfaces: { include: ['eth*'], addresses: { [mac]: [`${further}/24`] } },
  });
  await scene.enid.signal('HUP');

  const nic = await scene.vpc.attach({ subnet: 1, host: 60, count: 2, mac });

  expect(nic.ipv4).toEqual([host4(place, 60), further]);
  const shown = await scene.enid.untilConfigured(nic.name);
  expect(shown.addresses).toContain(`${further}/32`);
  await expectAllWell(scene);
});

test('doctor asks for the type of the instance, and knows how many NICs it may have', async () => {
  const documents = {
    ...openstackDocuments(scene.vpc.nics()),
    '/latest/meta-data/instance-type': 't1i.nano',
  };
  await scene.vpc.metadata.set({ documents });

  const { stdout } = await scene.enid.run('doctor', '--json');

  const { checks } = JSON.parse(stdout) as { checks: { check: string; found: string }[] };
  expect(checks.find(({ check }) => check === 'nic-count')?.found).toBe('3 NICs, and t1i.nano allows 2');
});

test.each(['404', 'html', 'truncated', '503', 'hang', 'reset'] as const)(
  'nothing changes when the service fails: %s',
  async (kind) => {
    const before = await readKernel(scene.vpc.server);
    await scene.vpc.metadata.fail({ kind, on: 'everything' });
    await scene.vpc.metadata.reset();
    await scene.enid.wake();
    await expect
      .poll(async () => (await scene.vpc.metadata.seen()).requests.length, { timeout: 10_000 })
      .toBeGreaterThan(0);
    await pause(500);

    expect(await readKernel(scene.vpc.server)).toEqual(before);
    await scene.vpc.metadata.fail(null);
    await scene.enid.wake();
    await scene.enid.until('all is well again', ({ state }) => state === 'ok', 30_000);
  },
);
