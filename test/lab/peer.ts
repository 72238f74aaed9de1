import { makeNamespace, type Namespace } from './namespace.ts';
import { type Port, plugLines, vethLine } from './router.ts';
import { outsideAddress, outsideGateway, type Subnet } from './subnet.ts';

/** A machine that pings: one inside a subnet, or the one outside of the VPC. */
export interface Peer extends Namespace {
  readonly ipv4: string;
  readonly ipv6: string;
  /** The router's end of its cable. */
  readonly port: string;
  /** Null: outside. */
  readonly subnet: Subnet | null;
}

export async function makeInsidePeer(
  router: Namespace,
  subnet: Subnet,
  others: readonly Port[],
): Promise<Peer> {
  const namespace = await makePeerNamespace(`peer inside ${subnet.cidr4}`);
  const port: Port = {
    port: `p${subnet.number}`,
    mac: peerMac(subnet),
    subnet,
    ipv4: [subnet.peer4],
    ipv6: [subnet.peer6],
  };
  await router.ip([
    vethLine(port, `${port.port}s`),
    ...plugLines(port, others),
    `link set ${port.port}s netns ${namespace.pid} name eth0`,
  ]);
  await namespace.ip([
    'link set eth0 up',
    `addr add ${subnet.peer4}/24 dev eth0`,
    `route add default via ${subnet.gateway4}`,
    `-6 addr add ${subnet.peer6}/64 dev eth0`,
    `-6 route add default via ${subnet.gateway6}`,
  ]);
  return { ...namespace, ipv4: subnet.peer4, ipv6: subnet.peer6, port: port.port, subnet };
}

export async function makeOutsidePeer(router: Namespace): Promise<Peer> {
  const namespace = await makePeerNamespace('peer outside');
  await router.ip([
    'link add out type veth peer name moving',
    'link set out up',
    `addr add ${outsideGateway.ipv4}/24 dev out`,
    `-6 addr add ${outsideGateway.ipv6}/64 dev out`,
    `link set moving netns ${namespace.pid} name eth0`,
  ]);
  await namespace.ip([
    'link set eth0 up',
    `addr add ${outsideAddress.ipv4}/24 dev eth0`,
    `route add default via ${outsideGateway.ipv4}`,
    `-6 addr add ${outsideAddress.ipv6}/64 dev eth0`,
    `-6 route add default via ${outsideGateway.ipv6}`,
  ]);
  return { ...namespace, ...outsideAddress, port: 'out', subnet: null };
}

async function makePeerNamespace(name: string): Promise<Namespace> {
  const namespace = await makeNamespace(name);
  await namespace.sysctl({ 'net/ipv6/conf/default/accept_dad': 0 });
  return namespace;
}

/** Locally administered, as no NIC of the cloud is. */
export function peerMac(subnet: Subnet): string {
  return `02:00:00:00:01:${subnet.number.toString(16).padStart(2, '0')}`;
}
