import { beforeAll, expect, test } from 'vitest';
import { bandRules, readKernel } from '../lab/kernel.ts';
import type { Nic } from '../lab/nic.ts';
import { ping } from '../lab/ping.ts';
import { brokenPromises } from '../lab/promises.ts';
import { expectAllWell, pause, useScene } from './scene.ts';

// Addresses, routes and rules that somebody else sets on a secondary and in its table: they work, stay, and are reported.

const scene = useScene({ ipv6: true });
const four = '10.0.1.77';
const six = '2001:db8:0:101::77';
let one: Nic;

beforeAll(async () => {
  one = await scene.vpc.attach({ subnet: 1, ipv6: true });
  await scene.enid.untilConfigured('eth1');
});

async function rulesOf(address: string): Promise<readonly string[]> {
  return bandRules(await readKernel(scene.vpc.server)).filter((line) => line.includes(`from ${address} `));
}

async function table(number = 21_001): Promise<readonly string[]> {
  return (await readKernel(scene.vpc.server)).tables.get(number) ?? [];
}

async function has(address: string): Promise<boolean> {
  const text = await scene.vpc.server.must(['ip', '-o', 'address', 'show', 'dev', 'eth1']);
  return text.includes(` ${address}/`);
}

async function allKept(): Promise<void> {
  await expect.poll(() => brokenPromises(scene.vpc, 1000), { timeout: 20_000 }).toEqual([]);
}

/** Nothing to do: neither a difference nor a failure, whatever is noted. */
async function expectQuiet(): Promise<void> {
  await scene.enid.until('well', ({ state, interfaces }) => {
    return state === 'ok' && interfaces.every(({ differences }) => differences.length === 0);
  });
  const ran = await scene.enid.run('plan');
  expect(ran.code, ran.stdout).toBe(0);
}

test('virtual addresses on a secondary answer to every peer, and their rules go with them', async () => {
  const { vpc } = scene;
  one = await vpc.addVirtual(one, four);
  one = await vpc.addVirtual(one, six);
  await vpc.server.ip([`addr add ${four}/32 dev eth1`, `-6 addr add ${six}/128 dev eth1 nodad`]);

  await expect.poll(() => rulesOf(four), { timeout: 10_000 }).toEqual([`21001: from ${four} lookup 21001`]);
  await expect.poll(() => rulesOf(six), { timeout: 10_000 }).toEqual([`21001: from ${six} lookup 21001`]);
  await expectAllWell(scene);
  await expectQuiet();
});

test('and go on answering when another NIC is attached and detached', async () => {
  const { vpc, enid } = scene;
  const two = await vpc.attach({ subnet: 2, ipv6: true });
  await vpc.peer(2);
  await enid.untilConfigured('eth2');
  await expectAllWell(scene);

  await vpc.detach(two);
  await enid.until(
    'eth2 is gone',
    ({ interfaces }) => interfaces.every(({ name }) => name !== 'eth2'),
    30_000,
  );
  expect([await has(four), await has(six)]).toEqual([true, true]);
  await allKept();
});

test('an address that the metadata lists no more goes, and a virtual one stays', async () => {
  const { vpc, enid } = scene;
  one = await vpc.addAddress(one, '10.0.1.40');
  // The metadata lists what it listed, not the virtual ones.
  const listed = (nic: Nic): Nic => ({
    ...nic,
    ipv4: nic.ipv4.filter((address) => address !== four),
    ipv6: nic.ipv6.filter((address) => address !== six),
  });
  await vpc.list(listed(one));
  await enid.wake();
  await expect.poll(() => has('10.0.1.40'), { timeout: 15_000 }).toBe(true);

  one = await vpc.removeAddress(one, '10.0.1.40');
  await vpc.list(listed(one));

  await expect.poll(() => has('10.0.1.40'), { timeout: 30_000 }).toBe(false);
  expect([await has(four), await has(six)]).toEqual([true, true]);
  await expectAllWell(scene);
});

test('a move away takes the rule along, and six moves are no contest', async () => {
  const { vpc } = scene;
  for (let move = 0; move < 6; move++) {
    await vpc.server.ip([`addr del ${four}/32 dev eth1`]);
    await expect.poll(() => rulesOf(four), { timeout: 10_000 }).toEqual([]);
    await vpc.server.ip([`addr add ${four}/32 dev eth1`]);
    await expect.poll(() => rulesOf(four), { timeout: 10_000 }).toHaveLength(1);
  }
  await allKept();
  await expectQuiet();
});

test('an address with the length of the subnet does not lead the primary’s replies astray', async () => {
  const { vpc } = scene;
  await vpc.server.ip([`addr del ${four}/32 dev eth1`, `addr add ${four}/24 dev eth1`]);
  await vpc.server.ip([`-6 addr del ${six}/128 dev eth1`, `-6 addr add ${six}/64 dev eth1 nodad`]);

  await allKept();
  await expect.poll(() => rulesOf(four), { timeout: 10_000 }).toHaveLength(1);
  await expectQuiet();
  expect([await has(four), await has(six)]).toEqual([true, true]);
  await vpc.server.ip([`addr del ${four}/24 dev eth1`, `addr add ${four}/32 dev eth1`]);
  await vpc.server.ip([`-6 addr del ${six}/64 dev eth1`, `-6 addr add ${six}/128 dev eth1 nodad`]);
  await allKept();
});

test('a person’s rules into the table are no conflict, stay when the address goes, and are reported once', async () => {
  const { vpc, enid } = scene;
  await vpc.server.ip([`addr del ${four}/32 dev eth1`]);
  await expect.poll(() => rulesOf(four), { timeout: 10_000 }).toEqual([]);
  const rules = [
    `rule add from ${four} lookup 21001 priority 21001`,
    `rule add from ${four} lookup 21001 priority 500`,
  ];
  await vpc.server.ip([...rules, `addr add ${four}/32 dev eth1`]);

  await enid.until('the note', ({ notes }) => notes.some((note) => note.includes('priority 500')));
  await expectQuiet();
  await allKept();
  await vpc.server.ip([`addr del ${four}/32 dev eth1`]);
  await enid.until('both notes', ({ notes }) => notes.filter((note) => note.includes(four)).length === 2);
  expect(await rulesOf(four)).toHaveLength(1);
  expect(
    enid
      .log()
      .split('\n')
      .filter((line) => line.includes('rule priority 500')),
  ).toHaveLength(1);
  const doctor = await enid.run('doctor');
  expect(doctor.stdout).toContain(`rule priority 500 from ${four} lookup 21001`);

  await vpc.server.ip([`rule del from ${four} priority 21001`, `rule del from ${four} priority 500`]);
  await enid.until('no note', ({ notes }) => notes.length === 0);
  await vpc.server.ip([`addr add ${four}/32 dev eth1`]);
  await allKept();
});

test('a person’s route in the table stays and is reported, and one in main is followed', async () => {
  const { vpc, enid } = scene;
  const neighbour = one.subnet.peer4;
  await vpc.server.ip([
    `route add 10.99.0.0/16 via ${neighbour} dev eth1 onlink table 21001`,
    'route add unreachable 10.97.0.0/16 table 21001',
    `route add 10.98.0.0/16 via ${neighbour} dev eth1 onlink`,
    'route add 10.96.0.0/16 dev eth1 scope link',
    'route add 10.95.0.0/16 dev eth1 via 10.0.1.253 onlink proto static',
  ]);

  await expect
    .poll(async () => (await table()).filter((line) => /^10\.9[5-8]/.test(line)), { timeout: 10_000 })
    .toEqual([
      expect.stringMatching('10.95.0.0/16 via 10.0.1.253 dev eth1 proto 210 onlink'),
      expect.stringMatching('10.96.0.0/16 dev eth1 proto 210'),
      expect.stringMatching(`10.98.0.0/16 via ${neighbour} dev eth1 proto 210 onlink`),
    ]);
  await enid.until('the notes', ({ notes }) => notes.length === 2);
  await expectQuiet();
  const left = async (): Promise<readonly string[]> =>
    (await vpc.server.must(['ip', 'route', 'show', 'table', '21001']))
      .split('\n')
      .filter((line) => /10\.9[79]\./.test(line))
      .map((line) => line.trim());
  expect(await left()).toHaveLength(2);
  expect((await enid.run('doctor')).stdout).toContain('10.99.0.0/16');

  await vpc.server.ip(['route del 10.98.0.0/16', 'route del 10.96.0.0/16', 'route del 10.95.0.0/16']);
  await expect
    .poll(async () => (await table()).filter((line) => line.includes('proto 210')), { timeout: 10_000 })
    .toEqual([]);
  expect(await left()).toHaveLength(2);
  await vpc.server.ip([
    'route del 10.99.0.0/16 table 21001',
    'route del unreachable 10.97.0.0/16 table 21001',
  ]);
  await enid.until('no note', ({ notes }) => notes.length === 0);
});

test('networks behind a tunnel and a vxlan are followed, by packets, and a half default is not', async () => {
  const { vpc } = scene;
  const peer = vpc.outside;
  const from = one.ipv4[0] ?? '';
  await peer.sysctl({ 'net/ipv4/conf/all/rp_filter': 0, 'net/ipv4/conf/eth0/rp_filter': 0 });
  await peer.ip([
    `link add vx type vxlan id 7 local ${peer.ipv4} remote 10.0.0.10 dstport 4789`,
    'addr add 10.66.0.2/24 dev vx',
    'link set vx up',
    `route add ${from}/32 via 10.66.0.1 dev vx`,
  ]);
  await vpc.server.ip([
    `link add overlay type vxlan id 7 local 10.0.0.10 remote ${peer.ipv4} dstport 4789`,
    'addr add 10.66.0.1/24 dev overlay',
    'link set overlay up',
    'tuntap add tunnel mode tun',
    'link set tunnel up',
    'route add 10.67.0.0/16 dev tunnel',
    'route add 0.0.0.0/1 dev tunnel table 100',
  ]);

  await expect
    .poll(
      async () =>
        (await table()).filter((line) => line.includes('proto 210')).map((line) => line.split(' ')[0]),
      {
        timeout: 10_000,
      },
    )
    .toEqual(['10.66.0.0/24', '10.67.0.0/16']);
  const answered = await vpc.server.run(['ping', '-n', '-c', '2', '-w', '5', '-I', from, '10.66.0.2']);
  expect(answered.code, answered.stdout).toBe(0);

  await vpc.server.ip(['link set overlay name renamed']);
  await pause(1500);
  expect((await table()).filter((line) => line.includes('dev renamed'))).toHaveLength(1);
  await peer.ip([`route del ${from}/32 dev vx`, 'link del vx']);
  await vpc.server.ip(['link del renamed', 'link del tunnel']);
  await expect
    .poll(async () => (await table()).filter((line) => line.includes('proto 210')), { timeout: 10_000 })
    .toEqual([]);
  await allKept();
});

test('a rollback by a person leaves a virtual address, a person’s rule and route as they are', async () => {
  const { vpc, enid } = scene;
  const before = one;
  one = await vpc.addAddress(one, '10.0.1.41');
  await vpc.list({
    ...before,
    ipv4: [...before.ipv4.filter((entry) => entry !== four), '10.0.1.41'],
    ipv6: before.ipv6.filter((entry) => entry !== six),
  });
  await enid.wake();
  await expect.poll(() => has('10.0.1.41'), { timeout: 15_000 }).toBe(true);
  await vpc.server.ip([
    'rule add from 10.0.1.78 lookup 21001 priority 21001',
    'addr add 10.0.1.78/32 dev eth1',
    `route add 10.99.0.0/16 via ${one.subnet.peer4} dev eth1 onlink table 21001`,
    `addr del ${four}/32 dev eth1`,
  ]);
  await pause(1500);

  const ran = await enid.run('rollback');

  expect([ran.code === 0 || ran.code === 3, ran.stderr], ran.stdout).toEqual([true, expect.anything()]);
  expect([await has('10.0.1.78'), await has(six), await has(four)]).toEqual([true, true, false]);
  expect(await rulesOf('10.0.1.78')).toHaveLength(1);
  expect((await table()).filter((line) => line.startsWith('10.99.'))).toHaveLength(1);
  await vpc.server.ip([
    'addr del 10.0.1.78/32 dev eth1',
    'rule del from 10.0.1.78 lookup 21001 priority 21001',
    `addr add ${four}/32 dev eth1`,
  ]);
  await enid.run('reconfigure');
  one = await vpc.removeAddress(one, '10.0.1.41');
  await vpc.list({
    ...one,
    ipv4: one.ipv4.filter((entry) => entry !== four),
    ipv6: one.ipv6.filter((entry) => entry !== six),
  });
  await expect.poll(() => has('10.0.1.41'), { timeout: 30_000 }).toBe(false);
});

test('another table_base moves what is enid’s, and a person’s route stays and is reported', async () => {
  const { vpc, enid } = scene;
  await enid.configure({ table_base: 31000 });
  await expect.poll(() => rulesOf(four).then((lines) => lines.length), { timeout: 15_000 }).toBe(0);
  await enid.untilConfigured('eth1');

  expect(await table()).toEqual([expect.stringContaining('10.99.0.0/16')]);
  expect(bandRules(await readKernel(vpc.server))).toEqual([]);
  expect(enid.log()).toContain('route 10.99.0.0/16 table 21001');
  await allKept();
  await vpc.server.ip(['route del 10.99.0.0/16 table 21001']);
  await enid.configure({});
  await expect.poll(() => rulesOf(four), { timeout: 15_000 }).toHaveLength(1);
  await expectAllWell(scene);
});

test('without the daemon, plan shows what an address lacks and reconfigure gives it', async () => {
  const { vpc, enid } = scene;
  await enid.stop();
  one = await vpc.addVirtual(one, '10.0.1.79');
  await vpc.server.ip(['addr add 10.0.1.79/32 dev eth1']);
  const planned = await enid.run('plan');
  expect([planned.code, planned.stdout]).toEqual([
    10,
    expect.stringContaining('rule add from 10.0.1.79/32 lookup 21001 priority 21001'),
  ]);

  expect((await enid.run('reconfigure')).code).toBe(0);
  await allKept();
  await vpc.server.ip(['addr del 10.0.1.79/32 dev eth1']);
  one = await vpc.removeVirtual(one, '10.0.1.79');
  expect((await enid.run('reconfigure')).code).toBe(0);
  expect(await rulesOf('10.0.1.79')).toEqual([]);
  await enid.start();
  await expectQuiet();
});

test('keepalived takes over and gives up: the address answers, and nobody but keepalived removes it', async () => {
  const { vpc } = scene;
  await vpc.server.ip([`addr del ${four}/32 dev eth1`]);
  await vpc.server.must(
    ['sh', '-ec', 'cat > /run/keepalived.conf'],
    `vrrp_instance one {
  state MASTER
  interface eth1
  virtual_router_id 51
  priority 100
  advert_int 1
  virtual_ipaddress { ${four} }
}
`,
  );
  const keepalived = vpc.server.start([
    'keepalived',
    '-n',
    '-l',
    '-P',
    '-f',
    '/run/keepalived.conf',
    '-p',
    '/run/k.pid',
    '-r',
    '/run/kv.pid',
  ]);
  await expect.poll(() => has(four), { timeout: 20_000 }).toBe(true);
  await expect.poll(() => rulesOf(four), { timeout: 10_000 }).toHaveLength(1);
  await allKept();
  expect((await ping(vpc.outside, four)).answered).toBe(true);

  await vpc.server.run(['sh', '-c', 'kill $(cat /run/k.pid)']);
  await new Promise((resolve) => keepalived.once('exit', resolve));
  await expect.poll(() => rulesOf(four), { timeout: 10_000 }).toEqual([]);
  expect(await has(four)).toBe(false);
  await vpc.server.ip([`addr add ${four}/32 dev eth1`]);
  await allKept();
});

test('a NIC that the metadata gives up keeps the addresses of others while its link is there', async () => {
  const { vpc, enid } = scene;
  await vpc.server.ip([
    'rule add from 10.0.1.78 lookup 21001 priority 21001',
    'addr add 10.0.1.78/32 dev eth1',
    `route add 10.99.0.0/16 via ${one.subnet.peer4} dev eth1 onlink table 21001`,
  ]);
  await pause(1500);
  await vpc.unlist(one);
  await enid.until(
    'eth1 is given up',
    ({ interfaces }) =>
      interfaces.some(({ name, reason }) => name === 'eth1' && reason === 'not-in-metadata'),
    40_000,
  );

  await expect.poll(() => rulesOf(one.ipv4[0] ?? ''), { timeout: 10_000 }).toEqual([]);
  expect([await has('10.0.1.78'), await has(four), await has(six), await has(one.ipv4[0] ?? '')]).toEqual([
    ...[true, true, true, false],
  ]);
  expect(await rulesOf('10.0.1.78')).toHaveLength(1);
  expect(await rulesOf(four)).toEqual([]);
  expect(await table()).toEqual([expect.stringContaining('10.99.0.0/16')]);
  await vpc.unplug(one);
  await enid.until(
    'eth1 is gone',
    ({ interfaces }) => interfaces.every(({ name }) => name !== 'eth1'),
    30_000,
  );
  expect(await table()).toEqual([]); // the kernel removes routes with their device
  expect(await rulesOf('10.0.1.78')).toHaveLength(1);
});
