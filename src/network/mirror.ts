import { contains, type Family, overlaps, type Prefix, splitPrefix } from '../model/address.ts';
import type { DesiredNetwork, PolicyRoute } from '../model/desired.ts';
import { type KernelRoute, type KernelState, mainTable } from '../model/kernel.ts';

/** Kinds of links behind which containers and virtual machines of this host live. */
const virtualKinds = new Set(['bridge', 'veth', 'vxlan', 'geneve']);
/** CNI devices that say no kind, or one that plain tunnels share: Calico, Cilium, Flannel, Terway. */
const cniName = /^(cali|cilium_|lxc|flannel|cni|kube-|nodelocaldns)/;
const shortest: Readonly<Record<Family, number>> = { ipv4: 8, ipv6: 32 };
const never: readonly Prefix[] = ['169.254.0.0/16', '224.0.0.0/4', 'fe80::/10', 'ff00::/8'] as Prefix[];

/**
 * The routes of main that every secondary's table repeats, so that the host's own sockets bound to a secondary's
 * address still reach local virtual networks: those by bridges, veth, vxlan and CNI devices, /8 or longer
 * (IPv6 /32), neither link-local nor multicast nor overlapping an ENI's subnet, prefix or routes. Set with `proto 210`.
 */
export function mirrored(kernel: KernelState, network: DesiredNetwork): readonly PolicyRoute[] {
  const { primary, secondaries, setAside } = network;
  const nics = new Set([primary, ...secondaries, ...setAside].map((nic) => nic.name));
  const virtual = new Set(
    kernel.links
      .filter(
        (link) => !nics.has(link.name) && (virtualKinds.has(link.kind ?? '') || cniName.test(link.name)),
      )
      .map((link) => link.name),
  );
  const taken = prefixesOf(network);
  const routes = kernel.routes.filter(
    (route) => route.device !== null && virtual.has(route.device) && isLocalNetwork(route, taken),
  );
  return network.secondaries.flatMap((nic) =>
    routes
      .filter((route) => nic[route.family] !== null && nic.rules.some((rule) => rule.family === route.family))
      .map((route) => ({
        family: route.family,
        table: nic.table,
        destination: route.destination,
        via: route.via,
        device: route.device ?? '',
        source: null,
        onlink: route.onlink,
        metric: 0,
      })),
  );
}

function isLocalNetwork(route: KernelRoute, taken: readonly Prefix[]): boolean {
  return (
    route.table === mainTable &&
    route.type === 'unicast' &&
    splitPrefix(route.destination).length >= shortest[route.family] &&
    !never.some((range) => contains(range, route.destination)) &&
    !taken.some((prefix) => overlaps(prefix, route.destination))
  );
}

function prefixesOf(network: DesiredNetwork): readonly Prefix[] {
  const { primary, secondaries } = network;
  const subnets = [primary, ...secondaries].flatMap((nic) => [nic.ipv4?.subnet, nic.ipv6?.subnet]);
  const families = secondaries.flatMap((nic) => [nic.ipv4, nic.ipv6]);
  const delegated = families.flatMap((own) => own?.prefixes ?? []);
  const routed = families.flatMap((own) => own?.routes ?? []).map(({ destination }) => destination);
  return [...subnets, ...delegated, ...routed].filter(
    (prefix): prefix is Prefix => prefix !== undefined && prefix !== null,
  );
}
