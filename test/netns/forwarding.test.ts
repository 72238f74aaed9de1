import { beforeAll, expect, test } from 'vitest';
import { type Container, connect, makeContainer, publish, serviceProgram } from '../lab/container.ts';
import type { Nic } from '../lab/nic.ts';
import { loadedMarks, unanswered } from './forwarding.ts';
import { expectAllWell, pause, useScene } from './scene.ts';

// What the server forwards: a container's port published on an address of a secondary, and a network behind the server.

const scene = useScene({ ipv6: true });
let container: Container;
let one: Nic;
const addressesOf = (nic: Nic) => [...nic.ipv4, ...nic.ipv6];

beforeAll(async () => {
  container = await makeContainer(scene.vpc.server);
  await publishEverywhere();
});

/** On every address of every NIC. */
function publishEverywhere(): Promise<void> {
  return publish(scene.vpc.server, container, scene.vpc.nics().flatMap(addressesOf));
}

async function configured(forwarding: unknown, rules: number): Promise<void> {
  await scene.enid.configure({ forwarding });
  const count = async () => (await loadedMarks(scene.vpc.server)).rules.length;
  await expect.poll(count, { timeout: 15_000 }).toBe(rules);
  await scene.enid.until('the change is over', ({ state }) => state === 'ok');
}

test('follow-main: a port on the primary is answered before and after an attach, one on the secondary is not', async () => {
  expect(await unanswered(scene, addressesOf(scene.vpc.primary))).toEqual([]);

  one = await scene.vpc.attach({ subnet: 1, ipv6: true, count: 2 });
  await scene.enid.untilConfigured('eth1');
  await publishEverywhere();

  expect(await unanswered(scene, addressesOf(scene.vpc.primary))).toEqual([]);
  for (const peer of [scene.vpc.outside, await scene.vpc.peer(0)])
    for (const address of [one.ipv4[0]!, one.ipv6[0]!]) expect(await connect(peer, address, 2)).toBeNull();
  expect(await loadedMarks(scene.vpc.server)).toEqual({ rules: [], table: '', record: '' });
});

test('symmetric: a port is answered on every address of the secondary to clients everywhere', async () => {
  await configured('symmetric', 2);

  expect(await unanswered(scene, addressesOf(one))).toEqual([]);
  expect(await unanswered(scene, addressesOf(scene.vpc.primary))).toEqual([]);
  expect(await loadedMarks(scene.vpc.server)).toMatchObject({
    rules: ['21001: from all fwmark 0x1/0x7f lookup 21001', '21001: from all fwmark 0x1/0x7f lookup 21001'],
    record: expect.stringContaining(' nft-inet\n'),
  });
  expect((await scene.enid.run('plan')).stdout).toContain('Nothing to do');
  await expectAllWell(scene);
});

test('where the way back is looked up with the mark (src_valid_mark), a strict reverse path at the bridge holds', async () => {
  await scene.vpc.server.sysctl({
    'net/ipv4/conf/br0/rp_filter': 1,
    'net/ipv4/conf/all/src_valid_mark': 1,
  });

  expect(await unanswered(scene, one.ipv4)).toEqual([]);

  await scene.vpc.server.sysctl({ 'net/ipv4/conf/all/src_valid_mark': 0 });
});

test('bits of others stay, in the mark of packets and in that of connections', async () => {
  // Before enid's chain, and looked at after routing.
  const table = `table inet other {
chain prerouting { type filter hook prerouting priority -150; meta mark set meta mark or 0x100; ct mark set ct mark or 0x20000; }
chain forward { type filter hook forward priority 0; ct direction reply meta mark 0x101 ct mark 0x20001 counter name both; }
counter both { }
}`;
  await scene.vpc.server.must(['nft', '-f', '-'], table);

  const broken = await unanswered(scene, [one.ipv4[0]!, one.ipv6[0]!]);

  const counted = await scene.vpc.server.must(['nft', 'list', 'counter', 'inet', 'other', 'both']);
  await scene.vpc.server.must(['nft', 'delete', 'table', 'inet', 'other']);
  expect(broken).toEqual([]);
  expect(Number(/packets (\d+)/.exec(counted)?.[1])).toBeGreaterThan(10);
});

test('what DNAT leads to a socket of the server itself is answered by the secondary as well', async () => {
  const to = { ...container, ipv4: scene.vpc.primary.ipv4[0]!, ipv6: scene.vpc.primary.ipv6[0]! };
  const program = scene.vpc.server.start([process.execPath, '-e', serviceProgram]);
  await publish(scene.vpc.server, to, addressesOf(one));

  await expect.poll(() => connect(scene.vpc.outside, one.ipv4[0]!), { timeout: 15_000 }).not.toBeNull();
  expect(await unanswered(scene, addressesOf(one))).toEqual([]);

  program.kill('SIGKILL');
  await publishEverywhere();
});

test('a router: a network behind the server, by way of the secondary and without NAT', async () => {
  const { router, server } = scene.vpc;
  await router.ip([
    `route add 172.18.0.0/16 via ${one.ipv4[0]} dev ${one.port} onlink`,
    `-6 route add fd00:18::/64 via ${one.ipv6[0]} dev ${one.port} onlink`,
    `-6 rule add iif ${one.port} from fd00:18::/64 lookup main priority 1000`,
  ]);

  expect(await unanswered(scene, [container.ipv4, container.ipv6])).toEqual([]);

  await server.must(['nft', 'delete', 'table', 'inet', 'enid']);
  expect(await connect(scene.vpc.outside, container.ipv4, 1)).toBeNull();
  await expect.poll(async () => (await loadedMarks(server)).table, { timeout: 15_000 }).not.toBe('');
  expect(await unanswered(scene, [container.ipv4])).toEqual([]);
});

test.each([
  { what: 'the rules of the table', argv: ['nft', 'flush', 'table', 'inet', 'enid'] },
  { what: 'one chain', argv: ['nft', 'flush', 'chain', 'inet', 'enid', 'output'] },
  { what: 'a mark rule', argv: ['ip', 'rule', 'del', 'priority', '21001', 'fwmark', '0x1/0x7f'] },
  { what: 'an IPv6 mark rule', argv: ['ip', '-6', 'rule', 'del', 'priority', '21001', 'fwmark', '0x1/0x7f'] },
])('repaired by the daemon: $what', async ({ argv }) => {
  const before = await loadedMarks(scene.vpc.server);

  await scene.vpc.server.must(argv);

  expect(await loadedMarks(scene.vpc.server)).not.toEqual(before);
  await expect.poll(() => loadedMarks(scene.vpc.server), { timeout: 15_000 }).toEqual(before);
  await scene.enid.until('well', ({ state }) => state === 'ok');
});

test('a second secondary has a mark of its own, and keeps it when the first leaves', async () => {
  const two = await scene.vpc.attach({ subnet: 0, ipv6: true });
  await scene.enid.untilConfigured('eth2');
  await publishEverywhere();
  expect(await unanswered(scene, [...addressesOf(one), ...addressesOf(two)])).toEqual([]);

  await scene.vpc.detach(one);
  const rules = async () => (await loadedMarks(scene.vpc.server)).rules;
  const ofTwo = '21002: from all fwmark 0x2/0x7f lookup 21002';
  await expect.poll(rules, { timeout: 30_000 }).toEqual([ofTwo, ofTwo]);
  expect((await loadedMarks(scene.vpc.server)).table).not.toContain('eth1');
  expect(await unanswered(scene, addressesOf(two))).toEqual([]);

  await scene.vpc.list(one);
  await scene.vpc.plug(one);
  await scene.enid.untilConfigured('eth1');
  await scene.vpc.detach(two);
  await expect.poll(rules, { timeout: 30_000 }).toHaveLength(2);
  expect(await unanswered(scene, addressesOf(one))).toEqual([]);
});

test('a mask that somebody uses is refused, with the user and a mask that is free', async () => {
  const chain = 'chain KUBE-MARK-MASQ { meta mark set meta mark or 0x4000; }';
  await scene.vpc.server.must(['nft', '-f', '-'], `table ip kube {\n${chain}\n}\n`);
  await scene.enid.configure({ forwarding: { mode: 'symmetric', mask: 0xf000 } });

  const { problems } = await scene.enid.until('refused', ({ state }) => state === 'degraded');
  expect(JSON.stringify(problems)).toContain('mark-conflict');
  const { stdout } = await scene.enid.run('plan');
  expect(stdout).toContain('forwarding.mask 0xf000 is not free: kube-proxy uses bits 0xc000');
  expect(stdout).toMatch(/set forwarding: \{mode: symmetric, mask: 0x[0-9a-f]+\}, which is free/);
  expect(await loadedMarks(scene.vpc.server)).toEqual({ rules: [], table: '', record: '' });

  await scene.vpc.server.must(['nft', 'delete', 'table', 'ip', 'kube']);
  await configured({ mode: 'symmetric', mask: 0xf000 }, 2);
  expect(await unanswered(scene, addressesOf(one))).toEqual([]);
  expect((await loadedMarks(scene.vpc.server)).rules[0]).toBe(
    '21001: from all fwmark 0x1000/0xf000 lookup 21001',
  );
});

test('back to follow-main nothing of it is left, nor after a rollback of symmetric', async () => {
  const nothing = { rules: [], table: '', record: '' };
  await configured('follow-main', 0);
  expect(await loadedMarks(scene.vpc.server)).toEqual(nothing);
  expect((await scene.vpc.server.run(['ls', '/etc/enid'])).stdout).toBe('config.yaml\n');

  await configured('symmetric', 2);
  const before = await loadedMarks(scene.vpc.server);
  const back = await scene.enid.run('rollback');
  expect(back.stdout + back.stderr).toContain('/etc/enid/forwarding.sh');
  expect(await loadedMarks(scene.vpc.server)).toEqual(nothing);
  const forward = await scene.enid.run('reconfigure');
  expect(forward.code, forward.stderr).toBe(0);
  expect(await loadedMarks(scene.vpc.server)).toEqual(before);
});

test('after the last secondary left nothing of it is left', async () => {
  await scene.vpc.detach(one);
  await expect
    .poll(() => loadedMarks(scene.vpc.server), { timeout: 30_000 })
    .toEqual({ rules: [], table: '', record: '' });
  await scene.vpc.list(one);
  await scene.vpc.plug(one);
  await scene.enid.untilConfigured('eth1');
  await expect
    .poll(async () => (await loadedMarks(scene.vpc.server)).rules, { timeout: 15_000 })
    .toHaveLength(2);
});

test('the script loads it without a daemon, as at boot, and clean leaves nothing', async () => {
  const { server } = scene.vpc;
  const before = await loadedMarks(server);
  await scene.enid.stop();
  await server.must(['sh', '-ec', 'nft delete table inet enid; rm /run/enid/forwarding']);
  for (const option of ['-4', '-6']) await server.must(['ip', option, 'rule', 'del', 'fwmark', '0x1/0x7f']);
  expect(await connect(scene.vpc.outside, one.ipv4[0]!, 1)).toBeNull();

  await server.must(['sh', '/etc/enid/forwarding.sh', 'start']);
  await pause(100);

  expect(await loadedMarks(server)).toEqual(before);
  expect(await unanswered(scene, addressesOf(one))).toEqual([]);

  const cleaned = await scene.enid.run('clean');
  expect(cleaned.code, cleaned.stderr).toBe(0);
  expect(await loadedMarks(server)).toEqual({ rules: [], table: '', record: '' });
  expect((await server.run(['ls', '/etc/enid'])).stdout).toBe('config.yaml\n');
});
