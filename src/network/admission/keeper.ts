import type { Address } from '../../model/address.ts';
import type { DesiredPrimary } from '../../model/desired.ts';
import type { KernelState, Link } from '../../model/kernel.ts';
import type { Mac } from '../../model/mac.ts';
import type { Candidate } from './candidate.ts';

/** Who may have an address: what each NIC is given, and what each carries. */
export interface Claims {
  readonly primary: DesiredPrimary;
  readonly candidates: readonly Candidate[];
  /** Links that stay as they are and may carry addresses: NICs of other owners. */
  readonly others: readonly Link[];
  /** What the metadata lists for NICs that are neither the primary nor candidates. */
  readonly listedElsewhere: ReadonlySet<Address>;
  readonly kernel: KernelState;
  /** Addresses that enid itself set on the primary and may take from it again. */
  readonly onPrimary: readonly Address[];
}

/**
 * Decides which NIC keeps an address that several claim. The primary keeps its first address and what it carries in the kernel. Then
 * the one NIC that carries it and is given it, or carries it and is not ours. Then the primary where it is listed, or where the
 * configuration gives it to the primary alone, then the one NIC that it is given. Where two are given it and neither or both carry it, nobody can tell: null.
 */
export function keeperOf({
  primary,
  candidates,
  others,
  listedElsewhere,
  kernel,
  onPrimary,
}: Claims): (address: Address) => Mac | null {
  const carriers = new Map<Address, Set<string>>();
  for (const { address, link } of kernel.addresses) {
    carriers.set(address, (carriers.get(address) ?? new Set()).add(link));
  }
  const listed = new Set([...(primary.ipv4?.addresses ?? []), ...(primary.ipv6?.addresses ?? [])]);
  const firsts = new Set([primary.ipv4?.addresses[0], primary.ipv6?.addresses[0]]);
  const further = new Set(primary.further);
  const given = new Map(candidates.map((nic) => [nic.mac, new Set(addressesOf(nic))]));
  const ours = new Set(onPrimary.filter((address) => !listed.has(address)));
  return (address) => {
    const on = carriers.get(address) ?? new Set<string>();
    if (firsts.has(address) || (on.has(primary.name) && !ours.has(address))) return primary.mac;
    const claimants = candidates.filter((nic) => given.get(nic.mac)?.has(address));
    const carrying = [...claimants, ...others].filter(({ name }) => on.has(name));
    if (carrying.length === 1) return carrying[0]?.mac ?? null;
    const isConfigured = claimants.length === 0 && further.has(address) && !listedElsewhere.has(address);
    if (listed.has(address) || isConfigured) return primary.mac;
    return claimants.length === 1 && !listedElsewhere.has(address) ? (claimants[0]?.mac ?? null) : null;
  };
}

/** Every address that a candidate is given, its first of each family included. */
export function addressesOf({ ipv4, ipv6 }: Pick<Candidate, 'ipv4' | 'ipv6'>): readonly Address[] {
  return [ipv4, ipv6].flatMap((own) =>
    own === null ? [] : [...(own.address === null ? [] : [own.address]), ...own.further],
  );
}
