import { type Address, contains, familyOf, type Prefix } from '../../model/address.ts';
import type { Candidate, Ground, NicRule, ValueRule } from './candidate.ts';
import { isEndOf, isNoHost } from './kinds.ts';

/**
 * What no gateway may be. One outside of the NIC's subnet is reached on the link (`onlink`), as clouds do with host
 * prefixes; but not where it lies in the subnet of another NIC.
 */
export const gatewayRules: readonly ValueRule<Address>[] = [
  (gateway) => (isNoHost(gateway) ? `${gateway} cannot be a gateway` : null),
  (gateway, _nic, { metadataHosts }) =>
    metadataHosts.includes(gateway) ? `${gateway} is the metadata service` : null,
  (gateway, nic, ground) => {
    const of = ownerOf(gateway, nic, ground);
    return of === null ? null : `${gateway} is an address of ${of}`;
  },
  (gateway, nic) => {
    const own = nic.ipv4?.subnet ?? null;
    return own !== null && isEndOf(own, gateway)
      ? `${gateway} is the network or broadcast address of ${own}`
      : null;
  },
  (gateway, nic, ground) => {
    const other = elsewhere(gateway, nic, ground);
    return other === null ? null : `${gateway} lies outside of its subnet, in that of ${other}`;
  },
];

/** The gateway of a NIC: without it replies from its addresses would leave by the primary, so the whole NIC is refused. */
export const gateway: NicRule = (nic, family, ground) => {
  const own = nic[family];
  const via = own === null ? null : own.gateway;
  if (via === null) return null;
  for (const rule of gatewayRules) {
    const detail = rule(via, nic, ground);
    if (detail !== null) return { reason: 'gateway-refused', detail };
  }
  return null;
};

/** Whose address the gateway is on this machine; further addresses of a NIC give way to a gateway. */
function ownerOf(gateway: Address, nic: Candidate, { primary, candidates }: Ground): string | null {
  const first = candidates.find((one) => one.ipv4?.address === gateway || one.ipv6?.address === gateway);
  if (first !== undefined) return first.mac === nic.mac ? 'this NIC itself' : first.name;
  const listed = [...(primary.ipv4?.addresses ?? []), ...(primary.ipv6?.addresses ?? [])];
  return listed.includes(gateway) ? `the primary ${primary.name}` : null;
}

/** The NIC in whose subnet the gateway lies, where that is another one's and not this NIC's. */
function elsewhere(gateway: Address, nic: Candidate, { primary, candidates }: Ground): string | null {
  const family = familyOf(gateway);
  const own = nic[family]?.subnet ?? null;
  if (own === null || contains(own, gateway)) return null;
  const holds = (subnet: Prefix | null | undefined): boolean =>
    subnet !== null && subnet !== undefined && contains(subnet, gateway);
  if (holds(primary[family]?.subnet)) return `the primary ${primary.name}`;
  return candidates.find((one) => one.mac !== nic.mac && holds(one[family]?.subnet))?.name ?? null;
}
