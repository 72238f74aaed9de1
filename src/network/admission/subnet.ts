import { type Address, contains, type Family, type Prefix } from '../../model/address.ts';
import type { DesiredFamily } from '../../model/desired.ts';
import type { Candidate, Ground, NicRule } from './candidate.ts';
import { isNoSubnet } from './kinds.ts';

/**
 * New connections into a secondary's subnet leave by it. So it may hold neither the metadata service nor the primary's gateway,
 * unless the subnet is the primary's too: then such connections stay on the primary.
 */
export const subnet: NicRule = (nic, family, { primary, metadataHosts }) => {
  const own = nic[family];
  if (own === null || own.subnet === null) return null;
  const refused = (detail: string) => ({ reason: 'subnet-refused', detail }) as const;
  if (isNoSubnet(own.subnet)) return refused(`${own.subnet} cannot be the subnet of a NIC`);
  if (own.sharedWithPrimary) return null;
  const host = metadataHosts.find((one) => holds(own.subnet, one));
  if (host !== undefined) return refused(`${own.subnet} covers the metadata service ${host}`);
  const gateway = primary[family]?.gateway ?? null;
  if (gateway !== null && holds(own.subnet, gateway))
    return refused(`${own.subnet} covers ${gateway}, the gateway of the primary`);
  return null;
};

/**
 * A subnet that holds a DNS server of the primary's network, or an address of the primary whose own subnet is not known, is like one that is
 * shared: the NIC is configured, and new connections into it stay on the primary, as they were. Null: nothing of the kind.
 */
export function staysOnPrimary(
  own: DesiredFamily,
  family: Family,
  { primary, dns }: Pick<Ground, 'primary' | 'dns'>,
): Address | null {
  if (own.subnet === null || own.sharedWithPrimary) return null;
  const hosts = [...dns, ...(primary[family]?.addresses ?? [])];
  return hosts.find((host) => holds(own.subnet, host)) ?? null;
}

/** The sentence for the report. */
export function stayNote({ name }: Pick<Candidate, 'name'>, own: DesiredFamily, host: Address): string {
  return `${name}: ${own.subnet} holds ${host}, so new connections into it leave by the primary as before`;
}

function holds(outer: Prefix | null, host: Address): boolean {
  return outer !== null && contains(outer, host);
}
