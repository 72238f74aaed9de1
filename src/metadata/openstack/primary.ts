import type { Link } from './link.ts';
import type { Network } from './network.ts';

/**
 * The link of the primary. network_data.json has no word for it, but an order: nova lists the ports as they were asked for
 * when the server was made, and appends what is attached later (nova, network/neutron.py,
 * `_gather_port_ids_and_networks`); Huawei's pages show the primary first too. So it is the first link that leads out,
 * by a default route or by a lease or advertisement, which may bring one; where none does, the first with a network;
 * else the first. A bond's members lead nowhere. Undefined: there is no link.
 */
export function primaryLink(links: readonly Link[], networks: readonly Network[]): Link | undefined {
  const members = new Set(links.flatMap((link) => (link.kind === 'bond' ? link.members : [])));
  const free = links.filter((link) => !members.has(link.id));
  const on = (link: Link): readonly Network[] => networks.filter((network) => network.link === link.id);
  return free.find((link) => on(link).some(leadsOut)) ?? free.find((link) => on(link).length > 0) ?? free[0];
}

function leadsOut(network: Network): boolean {
  return network.by !== 'static' || network.gateway !== null;
}
