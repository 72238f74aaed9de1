import { expect, test } from 'vitest';
import { bandRules, readKernel } from '../lab/kernel.ts';
import type { Nic } from '../lab/nic.ts';
import { untidy } from '../lab/tidy.ts';
import { expectAllWell, useScene } from './scene.ts';

// The life of two ENIs, one in another subnet and one in the primary's, in both families.

const scene = useScene({ ipv6: true });
let other: Nic;
let same: Nic;

test('an ENI in another subnet', async () => {
  other = await scene.vpc.attach({ subnet: 1, ipv6: true });

  const nic = await scene.enid.untilConfigured('eth1');

  expect(nic).toMatchObject({ role: 'secondary', reason: null, table: 21001, mac: other.mac, id: other.id });
  await expectAllWell(scene);
});

test('an ENI in the subnet of the primary', async () => {
  same = await scene.vpc.attach({ subnet: 0, ipv6: true });

  const nic = await scene.enid.untilConfigured('eth2');

  expect(nic).toMatchObject({ role: 'secondary', reason: null, table: 21002 });
  await expectAllWell(scene);
  const arp = await scene.vpc.server.must([
    'cat',
    ...['eth0', 'eth2'].map(arpIgnore),
    ...['eth0', 'eth2'].map(arpAnnounce),
  ]);
  expect(arp.split('\n').filter(Boolean)).toEqual(['1', '1', '2', '2']);
});

test('the primary bounced as its service would', async () => {
  await scene.vpc.server.ip(['link set eth0 down']);
  await scene.vpc.bringUpPrimary();

  await expectAllWell(scene);
});

test('two more private addresses, and one taken away', async () => {
  const more = await scene.vpc.addAddress(await scene.vpc.addAddress(other, '10.0.1.101'), '10.0.1.102');
  await scene.enid.wake();
  await scene.enid.until('three addresses', ({ interfaces }) =>
    interfaces.some(
      (nic) => nic.mac === other.mac && nic.addresses.length >= 4 && nic.state === 'configured',
    ),
  );
  await expectAllWell(scene);

  other = await scene.vpc.removeAddress(more, '10.0.1.101');
  await scene.enid.until('10.0.1.101 is gone', ({ interfaces }) =>
    interfaces.every((nic) => !nic.addresses.includes('10.0.1.101/32')),
  );
  await expectAllWell(scene);
  expect(bandRules(await readKernel(scene.vpc.server)).join('\n')).not.toContain('10.0.1.101');
});

test('an IPv6 address added and taken away', async () => {
  const more = await scene.vpc.addAddress(other, '2001:db8:0:101::77');
  await scene.enid.wake();
  await scene.enid.until('the IPv6 address', ({ interfaces }) =>
    interfaces.some((nic) => nic.addresses.includes('2001:db8:0:101::77/128')),
  );
  await expectAllWell(scene);

  other = await scene.vpc.removeAddress(more, '2001:db8:0:101::77');
  await scene.enid.until('the IPv6 address is gone', ({ interfaces }) =>
    interfaces.every((nic) => !nic.addresses.includes('2001:db8:0:101::77/128')),
  );
  await expectAllWell(scene);
});

test('detached: rules and tables go, sysctls are put back, the other ENI stays', async () => {
  await scene.vpc.detach(same);
  await scene.enid.until(
    'eth2 is gone',
    ({ interfaces }) => interfaces.every((nic) => nic.name !== 'eth2'),
    30_000,
  );

  await expectAllWell(scene);
  const arp = await scene.vpc.server.must(['cat', arpIgnore('eth0'), arpAnnounce('eth0')]);
  expect(arp.split('\n').filter(Boolean)).toEqual(['0', '0']);
});

test('attached again under another name it keeps its slot', async () => {
  await scene.vpc.detach(other);
  await scene.enid.until(
    'eth1 is gone',
    ({ interfaces }) => interfaces.every((nic) => nic.name !== 'eth1'),
    30_000,
  );
  await scene.vpc.attach({ subnet: 1, ipv6: true });
  expect((await scene.enid.untilConfigured('eth1')).table).toBe(21003);

  const again = { ...other, name: 'eth5' };
  await scene.vpc.list(again);
  await scene.vpc.plug(again);

  expect((await scene.enid.untilConfigured('eth5')).table).toBe(21001);
  await expectAllWell(scene);
});

test('stopped when idle it is gone within a second and leaves the network as it is', async () => {
  const before = await readKernel(scene.vpc.server);

  const { code, ms } = await scene.enid.stop();

  expect(code).toBe(0);
  expect(ms).toBeLessThan(1000);
  expect(await readKernel(scene.vpc.server)).toEqual(before);
  const processes = await scene.vpc.server.must(['sh', '-c', 'cat /proc/[0-9]*/comm']);
  expect(processes.split('\n').filter((name) => /^(ip|node)$/.test(name))).toEqual([]);
});

test('what was detached while it did not run is cleaned up at start', async () => {
  for (const nic of scene.vpc.nics().filter(({ name }) => name === 'eth5')) await scene.vpc.detach(nic);

  await scene.enid.start();

  // Its link was gone before this process looked, so that agreeing reads have to say it too.
  await expect.poll(() => untidy(scene.vpc), { timeout: 30_000 }).toEqual([]);
  await expectAllWell(scene);
});

function arpIgnore(link: string): string {
  return `/proc/sys/net/ipv4/conf/${link}/arp_ignore`;
}

function arpAnnounce(link: string): string {
  return `/proc/sys/net/ipv4/conf/${link}/arp_announce`;
}
