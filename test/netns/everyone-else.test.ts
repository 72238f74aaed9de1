import { expect, test } from 'vitest';
import { makeNamespace, type Namespace } from '../lab/namespace.ts';
import type { Peer } from '../lab/peer.ts';
import { ping } from '../lab/ping.ts';
import { addressLines } from '../lab/router.ts';
import { expectAllWell, useScene } from './scene.ts';

// What answered before a NIC was attached answers after it: virtual addresses of the primary, ports that containers publish on
// it, container networks and static routes inside the new NIC's subnet; by packets.

const virtual = { ipv4: '10.0.0.99', ipv6: '2001:db8:0:100::99' };
/** A container network and a static route by a neighbour of the primary, both inside subnet 1. */
const inside = { container4: '10.0.1.130', container6: '2001:db8:0:101:8000::2', behind: '10.0.1.180' };

const scene = useScene({ ipv6: true }, async ({ vpc }) => {
  const { router, server, primary } = vpc;
  const ports = vpc
    .peers()
    .flatMap(({ subnet, port, ipv4, ipv6 }) =>
      subnet === null ? [] : [{ port, mac: '', subnet, ipv4: [ipv4], ipv6: [ipv6] }],
    );
  await router.ip(Object.values(virtual).flatMap((address) => addressLines(primary, address, ports)));
  await server.ip([`addr add ${virtual.ipv4}/32 dev eth0`, `-6 addr add ${virtual.ipv6}/128 dev eth0 nodad`]);

  const published = await contain('c0');
  await server.ip(['link set c0 up', 'addr add 172.17.0.1/16 dev c0']);
  await published.ip(['addr add 172.17.0.2/16 dev eth0', 'route add default via 172.17.0.1']);
  await server.sysctl({ 'net/ipv4/ip_forward': 1 });
  expect((await server.run(['nft', '--version'])).code, 'install the package nftables').toBe(0);
  await server.must(['nft', '-f', '-'], publish(primary.ipv4[0] ?? ''));
  listen(published);

  const hidden = await contain('c1');
  await server.ip([
    'link set c1 up',
    'addr add 10.0.1.129/28 dev c1',
    '-6 addr add 2001:db8:0:101:8000::1/80 dev c1 nodad',
  ]);
  await hidden.ip([
    `addr add ${inside.container4}/28 dev eth0`,
    `-6 addr add ${inside.container6}/80 dev eth0 nodad`,
  ]);
  listen(hidden);

  const [, neighbour] = vpc.peers();
  if (neighbour === undefined) throw new Error('no peer inside');
  await neighbour.ip([`addr add ${inside.behind}/32 dev lo`]);
  await router.ip([`route add ${inside.behind}/32 via ${neighbour.ipv4} dev ${neighbour.port} onlink`]);
  await server.ip([`route add 10.0.1.176/28 via ${neighbour.ipv4} dev eth0`]);
  listen(neighbour);
});

/** A namespace of its own behind a veth of the server. */
async function contain(link: string): Promise<Namespace> {
  const { router, server } = scene.vpc;
  const container = await makeNamespace(`container ${link}`);
  await router.ip([
    `link add ${link} type veth peer name ${link}p`,
    `link set ${link}p netns ${container.pid} name eth0`,
    `link set ${link} netns ${server.pid}`,
  ]);
  await container.sysctl({ 'net/ipv6/conf/eth0/accept_dad': 0 });
  await container.ip(['link set eth0 up']);
  return container;
}

function publish(address: string): string {
  return `table ip published {
  chain prerouting { type nat hook prerouting priority -100; ip daddr ${address} tcp dport 8080 dnat to 172.17.0.2:80; }
}`;
}

function listen(where: Namespace): void {
  where.start([
    process.execPath,
    '-e',
    "require('net').createServer((s) => s.end('hello')).listen(80, '::')",
  ]);
}

/** True when a connection is answered; the source is chosen by the kernel before it connects. */
async function connects(from: Pick<Namespace, 'run'>, host: string, port: number): Promise<boolean> {
  const script = `
    const end = Date.now() + 3000;
    (function ask() {
      const socket = require('net').connect(${port}, '${host}');
      let text = '';
      socket.setTimeout(700, () => socket.destroy());
      socket.on('data', (data) => { text += data; });
      socket.on('error', () => {});
      socket.on('close', () => {
        if (text === 'hello') process.exit(0);
        if (Date.now() > end) process.exit(1);
        setTimeout(ask, 50);
      });
    })();`;
  return (await from.run([process.execPath, '-e', script], '', 6000)).code === 0;
}

async function unanswered(): Promise<readonly string[]> {
  const { server, primary } = scene.vpc;
  const asked: [string, Promise<boolean>][] = [];
  const answers = async (from: Peer, address: string) => (await ping(from, address, 3000)).answered;
  for (const peer of scene.vpc.peers()) {
    asked.push([`${peer.name} -> ${virtual.ipv4}`, answers(peer, virtual.ipv4)]);
    asked.push([`${peer.name} -> ${virtual.ipv6}`, answers(peer, virtual.ipv6)]);
    asked.push([`${peer.name} -> the published port`, connects(peer, primary.ipv4[0] ?? '', 8080)]);
  }
  for (const address of Object.values(inside)) {
    asked.push([`server -> ${address}`, connects(server, address, 80)]);
    asked.push([
      `server -> ${address} by ping`,
      ping(server, address, 3000).then(({ answered }) => answered),
    ]);
  }
  const failed = await Promise.all(asked.map(async ([what, answer]) => ((await answer) ? [] : [what])));
  return failed.flat();
}

test('before the attach all of it answers', async () => {
  expect(await unanswered()).toEqual([]);
});

test('a NIC in the subnet of the clients takes none of it', async () => {
  await scene.vpc.attach({ subnet: 1, ipv6: true });
  await scene.enid.untilConfigured('eth1');

  expect(await unanswered()).toEqual([]);
  await expectAllWell(scene);
});

test('nor does one in the subnet of the primary', async () => {
  await scene.vpc.attach({ subnet: 0, ipv6: true });
  await scene.enid.untilConfigured('eth2');

  expect(await unanswered()).toEqual([]);
  await expectAllWell(scene);
});
