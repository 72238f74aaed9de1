import { closing } from './cleanup.ts';
import { makeNamespace, type Namespace } from './namespace.ts';

/** A container on a bridge of the server, with a service that answers each connection with one line: the address that it came from. */
export interface Container extends Namespace {
  readonly ipv4: string;
  readonly ipv6: string;
}

/** Where containers listen. */
export const containerPort = 8080;
export const containerNetworks = ['172.18.0.0/16', 'fd00:18::/64'] as const;

/** A client that ends early is no reason for the service to end. */
export const serviceProgram = `
require('net').createServer((one) => one.on('error', () => {}).end(one.remoteAddress + '\\n')).listen(${containerPort}, '::')`;

/** Makes a bridge `br0` with one container, as a container engine does, and lets the server forward. No port is published yet. */
export async function makeContainer(server: Namespace): Promise<Container> {
  const container = await makeNamespace('container');
  const [ipv4, ipv6] = ['172.18.0.2', 'fd00:18::2'];
  await server.sysctl({ 'net/ipv4/ip_forward': 1, 'net/ipv6/conf/all/forwarding': 1 });
  await container.sysctl({ 'net/ipv6/conf/default/accept_dad': 0 });
  await container.ip([`link add eth0 type veth peer name port0 netns ${server.pid}`]);
  await server.ip([
    'link add br0 type bridge',
    'addr add 172.18.0.1/16 dev br0',
    '-6 addr add fd00:18::1/64 dev br0 nodad',
    'link set br0 up',
    'link set port0 master br0 up',
  ]);
  await container.ip([
    'link set eth0 up',
    `addr add ${ipv4}/16 dev eth0`,
    'route add default via 172.18.0.1',
    `-6 addr add ${ipv6}/64 dev eth0`,
    '-6 route add default via fd00:18::1',
  ]);
  const program = container.start([process.execPath, '-e', serviceProgram]);
  const close = closing(async () => {
    program.kill('SIGKILL');
    await container.close();
  });
  return { ...container, ipv4, ipv6, close };
}

/** Publishes the container's port on every given address, by nftables, as engines do (DNAT before routing, by destination address). */
export async function publish(
  server: Namespace,
  container: Container,
  addresses: readonly string[],
  nft = 'nft',
): Promise<void> {
  const rules = addresses.map((address) =>
    address.includes(':')
      ? `ip6 daddr ${address} tcp dport ${containerPort} dnat ip6 to [${container.ipv6}]:${containerPort}`
      : `ip daddr ${address} tcp dport ${containerPort} dnat ip to ${container.ipv4}:${containerPort}`,
  );
  const chain = 'type nat hook prerouting priority -100;';
  const table = `table inet published\ndelete table inet published\ntable inet published {\nchain prerouting {\n${chain}\n${rules.join('\n')}\n}\n}\n`;
  await server.must([nft, '-f', '-'], table);
}

/** The line that a service answered, or null within the time (seconds). */
export async function connect(client: Namespace, address: string, seconds = 10): Promise<string | null> {
  const script = `exec 3<>/dev/tcp/${address}/${containerPort} && head -n 1 <&3`;
  const { code, stdout } = await client.run(['timeout', String(seconds), 'bash', '-c', script]);
  return code === 0 && stdout !== '' ? stdout.trim() : null;
}
