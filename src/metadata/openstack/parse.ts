import type { Address } from '../../model/address.ts';
import type { InstanceInterface, InstanceNetwork } from '../../model/instance.ts';
import { type Mac, printable } from '../../model/mac.ts';
import { fail, ok, type Result } from '../../model/problem.ts';
import { distinct } from '../instance-fields.ts';
import { malformed } from '../malformed.ts';
import type { Raw } from '../provider.ts';
import { documents } from './documents.ts';
import { familyOf } from './family.ts';
import { type InterfaceLink, type Links, resolveLinks } from './links.ts';
import type { Network } from './network.ts';
import { primaryLink } from './primary.ts';
import { tree } from './schema.ts';

/**
 * network_data.json in our words; what is decided on the way is in this folder's README. Errors: `metadata-malformed` (a
 * value that is not of its type), `metadata-incomplete` (no links, or no list of networks), `metadata-disagrees` (links or
 * networks that refer to nothing, a MAC or an address twice); each names source and field.
 */
export function parseOpenstack(raw: Raw, cloud: string): Result<InstanceNetwork> {
  const read = tree.safeParse(raw.tree);
  if (!read.success) return malformed(read.error, raw.source);
  const { asOf, [documents.network]: said, [documents.instance]: instance } = read.data;
  const place = `${raw.source} ${documents.network}`;
  const list = said.links ?? [];
  const networks = said.networks ?? [];
  const primary = primaryLink(list, networks);
  if (primary === undefined || said.networks === null) {
    return fail('metadata-incomplete', place, 'no link is listed (yet), or no list of networks');
  }
  const links = resolveLinks(list, place);
  if (!links.ok) return links;
  const fault = networkFault(networks, links.value);
  if (fault !== null) return fail('metadata-disagrees', `${place}/networks`, printable(fault));
  const mac = links.value.macs.get(primary.id);
  const all = links.value.interfaces.map((one) => interfaceOf(one, networks, mac));
  const own = all.find((nic) => nic.primary);
  if (own === undefined) {
    return fail('metadata-incomplete', place, `the primary ${printable(primary.id)} is no interface`);
  }
  const itsDns = networks.filter((one) => one.link === primary.id).flatMap((one) => one.dns);
  return ok({
    schema: 1,
    cloud,
    instanceId: instance?.uuid ?? null,
    ...(asOf === null ? {} : { asOf }),
    primaryMac: own.mac,
    dns: distinct([...said.services, ...itsDns]),
    interfaces: [own, ...all.filter((nic) => nic !== own)],
  });
}

function interfaceOf(
  { link, mac, vlan, bond }: InterfaceLink,
  networks: readonly Network[],
  primaryMac: Mac | undefined,
): InstanceInterface {
  const own = networks.filter((network) => network.link === link.id);
  return {
    mac,
    name: null,
    id: link.port,
    primary: mac === primaryMac,
    mtu: link.mtu,
    ipv4: familyOf(own, 'ipv4'),
    ipv6: familyOf(own, 'ipv6'),
    vlan,
    ...(bond === null ? {} : { bond }),
  };
}

/** A document between two states: a network of a link that is gone, or one address on two NICs. */
function networkFault(networks: readonly Network[], { macs }: Links): string | null {
  const holders = new Map<Address, string>();
  for (const { link, address } of networks) {
    if (!macs.has(link)) return `a network is on ${link}, which is no link`;
    const holder = address === null ? undefined : holders.get(address);
    if (holder !== undefined && holder !== link) return `${address} is on ${holder} and on ${link}`;
    if (address !== null) holders.set(address, link);
  }
  return null;
}
