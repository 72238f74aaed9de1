import type { Namespace } from './namespace.ts';
import { makeNamespace } from './namespace.ts';
import { inPrefix, type Subnet } from './subnet.ts';

/** One cable of the VPC: a veth pair, one end in the router, never a bridge. Only its own addresses live behind it. */
export interface Port {
  /** The router's end. */
  readonly port: string;
  /** Of what is plugged in. */
  readonly mac: string;
  readonly subnet: Subnet;
  readonly ipv4: readonly string[];
  readonly ipv6: readonly string[];
  readonly prefixes?: readonly string[];
}

/** Where metadata services listen: Alibaba Cloud's addresses, and the link-local one of most others. */
const metadataAddresses: readonly string[] = [
  '100.100.100.200/32',
  '169.254.169.254/32',
  'fd00:100::100:200/128',
];

/**
 * The VPC. To a NIC it is the gateway of its subnet and, by proxy ARP and proxy NDP, every other address of it.
 * A packet is taken from a NIC only if its source is an address of that NIC: for IPv4 by the strict reverse-path
 * filter over /32 routes; for IPv6, which has no such filter in the kernel, by rules per incoming link that blackhole
 * everything else (neighbour discovery is delivered locally and passes).
 */
export async function makeRouter(): Promise<Namespace> {
  const router = await makeNamespace('router');
  // `default` is what links made later begin with.
  const four = 'net/ipv4/conf/default';
  const six = 'net/ipv6/conf/default';
  await router.sysctl({
    'net/ipv4/ip_forward': 1,
    [`${four}/rp_filter`]: 1,
    [`${four}/proxy_arp`]: 1,
    [`${four}/send_redirects`]: 0,
    'net/ipv4/conf/all/send_redirects': 0,
    [`${four}/arp_announce`]: 2,
    'net/ipv6/conf/all/forwarding': 1,
    'net/ipv6/conf/all/proxy_ndp': 1,
    [`${six}/proxy_ndp`]: 1,
    [`${six}/accept_dad`]: 0,
  });
  await router.ip(metadataAddresses.map((address) => `addr add ${address} dev lo`));
  return router;
}

/** Makes a cable: the router's end of a port, and `peer`, the link at the other end, still in the router. */
export function vethLine(port: Port, peer: string): string {
  return `link add ${port.port} type veth peer name ${peer} address ${port.mac}`;
}

/** Makes the router's side of a port whose link is there. */
export function plugLines(port: Port, others: readonly Port[]): readonly string[] {
  const { subnet } = port;
  return [
    `link set ${port.port} up`,
    // The proxies would else wait up to 0.8 s before each answer.
    `ntable change name arp_cache dev ${port.port} proxy_delay 0`,
    `ntable change name ndisc_cache dev ${port.port} proxy_delay 0`,
    `addr add ${subnet.gateway4}/24 dev ${port.port} noprefixroute`,
    ...port.ipv4.flatMap((address) => addressLines(port, address, others)),
    `-6 addr add ${subnet.gateway6}/64 dev ${port.port} noprefixroute`,
    `-6 rule add iif ${port.port} from fe80::/10 lookup main priority 1000`,
    `-6 rule add iif ${port.port} blackhole priority 2000`,
    ...port.ipv6.flatMap((address) => addressLines(port, address, others)),
    ...(port.prefixes ?? []).flatMap((prefix) => prefixLines(port, prefix, others)),
    ...others
      .filter((other) => other.subnet.number === subnet.number)
      .flatMap((other) =>
        neighboursOf(other).map((address) => `-6 neigh add proxy ${address} dev ${port.port}`),
      ),
  ];
}

/**
 * Gives a port an address. Its neighbour entry is permanent: a cloud's network knows where its addresses are, while a
 * router that has asked in vain asks again only after a second.
 */
export function addressLines(port: Port, address: string, others: readonly Port[]): readonly string[] {
  const known = `neigh replace ${address} lladdr ${port.mac} dev ${port.port} nud permanent`;
  if (!address.includes(':')) return [`route add ${address}/32 dev ${port.port}`, known];
  return [
    `-6 ${known}`,
    `-6 route add ${address}/128 dev ${port.port}`,
    `-6 rule add iif ${port.port} from ${address}/128 lookup main priority 1000`,
    ...neighbours(port, others).map((other) => `-6 neigh add proxy ${address} dev ${other.port}`),
  ];
}

/** Gives a port a prefix: what goes to it is handed to the port's own address, and what comes from it is taken. */
function prefixLines(port: Port, prefix: string, others: readonly Port[]): readonly string[] {
  if (!prefix.includes(':')) return [`route add ${prefix} via ${port.ipv4[0]} dev ${port.port} onlink`];
  const address = inPrefix(prefix);
  return [
    `-6 route add ${prefix} via ${port.ipv6[0]} dev ${port.port} onlink`,
    `-6 rule add iif ${port.port} from ${prefix} lookup main priority 1000`,
    ...neighbours(port, others).map((other) => `-6 neigh add proxy ${address} dev ${other.port}`),
  ];
}

/** The IPv6 addresses that others in the subnet ask for; of IPv4 the proxy knows by the routes. */
function neighboursOf({ ipv6, prefixes = [] }: Port): readonly string[] {
  return [...ipv6, ...prefixes.filter((prefix) => prefix.includes(':')).map(inPrefix)];
}

/** Takes an address away. */
export function withoutAddressLines(port: Port, address: string, others: readonly Port[]): readonly string[] {
  if (!address.includes(':')) return [`route del ${address}/32 dev ${port.port}`];
  return [
    `-6 route del ${address}/128 dev ${port.port}`,
    `-6 rule del iif ${port.port} from ${address}/128 lookup main priority 1000`,
    ...neighbours(port, others).map((other) => `-6 neigh del proxy ${address} dev ${other.port}`),
  ];
}

/** Removes a port with all that hangs on it. */
export function unplugLines(port: Port, others: readonly Port[]): readonly string[] {
  return [
    ...port.ipv6.flatMap((address) => withoutAddressLines(port, address, others)),
    ...(port.prefixes ?? [])
      .filter((prefix) => prefix.includes(':'))
      .flatMap((prefix) => [
        `-6 rule del iif ${port.port} from ${prefix} lookup main priority 1000`,
        ...neighbours(port, others).map(
          (other) => `-6 neigh del proxy ${inPrefix(prefix)} dev ${other.port}`,
        ),
      ]),
    `-6 rule del iif ${port.port} from fe80::/10 lookup main priority 1000`,
    `-6 rule del iif ${port.port} blackhole priority 2000`,
    `link del ${port.port}`,
  ];
}

function neighbours(port: Port, others: readonly Port[]): readonly Port[] {
  return others.filter((other) => other.port !== port.port && other.subnet.number === port.subnet.number);
}
