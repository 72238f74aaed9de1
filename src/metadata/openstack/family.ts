import { type Family, type Prefix, prefixOf } from '../../model/address.ts';
import type { InstanceFamily, InstanceRoute } from '../../model/instance.ts';
import type { Network } from './network.ts';

/**
 * One family of a link, of all its networks. The first network that tells its address leads: its address is the primary
 * private one, the others' are further. A link with networks of which none is of this family has no address in it; of a
 * link without any, or with one of an unknown type, it is not known. Delegated prefixes are never told.
 */
export function familyOf(networks: readonly Network[], family: Family): InstanceFamily {
  const own = networks.filter((network) => network.family === family);
  const lead = own.find((network) => network.address !== null) ?? own[0];
  if (lead === undefined) {
    const isTold = networks.length > 0 && networks.every((network) => network.family !== null);
    return { ...nothing, addresses: isTold ? [] : null };
  }
  const ordered = [lead, ...own.filter((network) => network !== lead)];
  const addresses = ordered.flatMap(({ address }) => (address === null ? [] : [address]));
  const routes = routesOf(ordered);
  return {
    ...nothing,
    dhcp: lead.by === 'dhcp',
    addresses: addresses.length === 0 ? null : [...new Set(addresses)],
    prefixLength: lead.length,
    subnet: subnetOf(lead),
    gateway: ordered.map(({ gateway }) => gateway).find((gateway) => gateway !== null) ?? null,
    ...(routes.length === 0 ? {} : { routes }),
  };
}

/** One route a destination, of the network that comes first; one to a subnet of the link itself leads nowhere else. */
function routesOf(networks: readonly Network[]): readonly InstanceRoute[] {
  const subnets = new Set(networks.map(subnetOf));
  const byDestination = new Map<Prefix, InstanceRoute>();
  for (const route of networks.flatMap(({ routes }) => routes)) {
    const { destination } = route;
    if (!subnets.has(destination) && !byDestination.has(destination)) byDestination.set(destination, route);
  }
  return [...byDestination.values()];
}

function subnetOf({ address, length }: Network): Prefix | null {
  return address === null || length === null ? null : prefixOf(address, length);
}

const nothing: InstanceFamily = {
  dhcp: false,
  addresses: null,
  prefixLength: null,
  subnet: null,
  gateway: null,
  prefixes: null,
};
