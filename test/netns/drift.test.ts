import { beforeAll, expect, test } from 'vitest';
import { readKernel } from '../lab/kernel.ts';
import { makeNamespace } from '../lab/namespace.ts';
import type { Nic } from '../lab/nic.ts';
import { brokenPromises } from '../lab/promises.ts';
import { expectAllWell, pause, useScene } from './scene.ts';

// Somebody else changes the kernel, the configuration, or uses the same numbers.

const scene = useScene({ ipv6: true });
let one: Nic;
let two: Nic;

beforeAll(async () => {
  one = await scene.vpc.attach({ subnet: 1, ipv6: true, count: 2 });
  await scene.enid.untilConfigured('eth1');
  two = await scene.vpc.attach({ subnet: 0, ipv6: true });
  await scene.enid.untilConfigured('eth2');
});

const damages: readonly { readonly what: string; readonly lines: readonly string[] }[] = [
  { what: 'a rule of a NIC', lines: ['rule del priority 21001'] },
  { what: 'the rule that keeps what main knows more closely', lines: ['rule del priority 21997'] },
  { what: 'the rule of a subnet', lines: ['rule del priority 21998'] },
  { what: 'an IPv6 rule', lines: ['-6 rule del priority 21001'] },
  { what: 'a table', lines: ['route flush table 21001'] },
  { what: 'a default in a table', lines: ['route del default table 21002'] },
  { what: 'an IPv6 table', lines: ['-6 route flush table 21001'] },
  { what: 'an address', lines: ['addr del 10.0.1.31/32 dev eth1'] },
  { what: 'all addresses of a NIC', lines: ['addr flush dev eth2 scope global'] },
  { what: 'a link taken down', lines: ['link set eth1 down'] },
];

test.each(damages)('repaired: $what', async ({ lines }) => {
  const before = await withoutSources6();

  await scene.vpc.server.ip(lines);

  await expect.poll(withoutSources6, { timeout: 15_000, interval: 100 }).toEqual(before);
  await expectAllWell(scene);
});

test('a local bridge is mirrored, a tunnel with a half-default is not', async () => {
  const container = await makeNamespace('container');
  await container.ip([`link add eth0 type veth peer name port0 netns ${scene.vpc.server.pid}`]);
  await scene.vpc.server.ip([
    'link add br0 type bridge',
    'addr add 172.17.0.1/16 dev br0',
    'link set br0 up',
    'link set port0 master br0 up',
    'tuntap add tun0 mode tun',
    'addr add 192.168.99.1/32 dev tun0',
    'link set tun0 up',
    'route add 128.0.0.0/1 dev tun0',
  ]);
  await container.ip([
    'link set eth0 up',
    'addr add 172.17.0.2/16 dev eth0',
    'route add default via 172.17.0.1',
  ]);

  await expect
    .poll(mirrored, { timeout: 15_000 })
    .toEqual(['172.17.0.0/16 dev br0', '172.17.0.0/16 dev br0']);

  const text = [...(await readKernel(scene.vpc.server)).tables.values()].flat().join('\n');
  expect(text).not.toContain('tun0');
  const ran = await scene.vpc.server.run([
    'ping',
    '-n',
    '-c',
    '1',
    '-w',
    '3',
    '-I',
    one.ipv4[0] ?? '',
    '172.17.0.2',
  ]);
  expect(ran.code, ran.stdout).toBe(0);

  await scene.vpc.server.ip(['link del tun0', 'link del port0', 'link del br0']);
  await expect.poll(mirrored, { timeout: 15_000 }).toEqual([]);
  await container.close();
  await expectAllWell(scene);
});

test('the configuration is taken up while it runs: a NIC excluded, and admitted again', async () => {
  const before = await readKernel(scene.vpc.server);

  await scene.enid.configure({ interfaces: { include: ['eth*'], exclude: ['eth1'] } });

  await scene.enid.until('eth1 is excluded', ({ interfaces }) =>
    interfaces.some(({ name, state }) => name === 'eth1' && state === 'excluded'),
  );
  const without = await readKernel(scene.vpc.server);
  expect(without.tables.has(21001)).toBe(false);
  expect(without.rules.join('\n')).not.toContain(`from ${one.ipv4[0]}`);

  await scene.enid.configure({});
  await scene.enid.untilConfigured('eth1');
  await expect.poll(() => readKernel(scene.vpc.server), { timeout: 5000 }).toEqual(before);
  await expectAllWell(scene);
});

test('a broken configuration changes nothing', async () => {
  const before = await readKernel(scene.vpc.server);

  await scene.enid.configure({ interfaces: { exclud: ['eth1'] } });
  await pause(1500);

  expect(await readKernel(scene.vpc.server)).toEqual(before);
  expect(scene.enid.pid()).not.toBe(0);
  await scene.enid.configure({});
  await scene.enid.until('well again', ({ state }) => state === 'ok');
});

test('a rule of somebody else in the band is a conflict of that slot alone', async () => {
  await scene.vpc.detach(one);
  await scene.enid.until(
    'eth1 is gone',
    ({ interfaces }) => interfaces.every(({ name }) => name !== 'eth1'),
    30_000,
  );
  await scene.vpc.server.ip(['rule add from 192.0.2.1 lookup 100 priority 21001']);
  const foreign = '21001: from 192.0.2.1 lookup 100';

  await scene.vpc.list(one);
  await scene.vpc.plug(one);

  await scene.enid.until('a conflict', ({ interfaces }) =>
    interfaces.some(({ name, reason }) => name === 'eth1' && reason === 'table-conflict'),
  );
  const { rules } = await readKernel(scene.vpc.server);
  expect(rules.filter((line) => line.startsWith('21001:'))).toEqual([foreign]);
  const broken = await brokenPromises(scene.vpc, 700);
  expect(
    broken.filter((text) => !text.includes(`-> 10.0.1.`) && !text.includes('-> 2001:db8:0:101:')),
  ).toEqual([]);
  expect((await scene.enid.untilConfigured('eth2')).mac).toBe(two.mac);

  await scene.vpc.server.ip(['rule del from 192.0.2.1 lookup 100 priority 21001']);
  expect((await scene.enid.untilConfigured('eth1')).table).toBe(21001);
  await expectAllWell(scene);
});

test('what somebody keeps undoing is contested, and the others stay', async () => {
  const end = performance.now() + 30_000;
  for (;;) {
    const status = await scene.enid.status();
    const nic = status?.interfaces.find(({ name }) => name === 'eth1');
    if (nic?.reason === 'contested') break;
    if (performance.now() > end) throw new Error(`never contested: ${JSON.stringify(nic)}`);
    await scene.vpc.server.run(['ip', 'rule', 'del', 'from', one.ipv4[1] ?? '', 'priority', '21001']);
    await pause(400);
  }

  const broken = await brokenPromises(scene.vpc, 700);

  expect(broken.every((text) => text.includes(`-> ${one.ipv4[1]}:`))).toBe(true);
});

/** An IPv6 route loses its preferred source with the address and works without one. */
async function withoutSources6(): Promise<string> {
  const { tables, ...kernel } = await readKernel(scene.vpc.server);
  return JSON.stringify({ ...kernel, tables: [...tables] }, null, 1).replace(/(?<=:.*) src \S+/g, '');
}

async function mirrored(): Promise<readonly string[]> {
  const { tables } = await readKernel(scene.vpc.server);
  return [...tables.values()]
    .flat()
    .filter((line) => line.includes('proto 210'))
    .map((line) => line.replace(/ proto 210.*/, ''));
}
