import type { Address, Family, Prefix } from '../../model/address.ts';
import type { DesiredInterface, DesiredPrimary, Refusal } from '../../model/desired.ts';
import type { KernelState } from '../../model/kernel.ts';
import type { Mac } from '../../model/mac.ts';

/** A secondary before it is admitted: what the metadata, the configuration and its lease make of it. */
export type Candidate = Omit<DesiredInterface, 'slot' | 'table' | 'routes' | 'rules' | 'refused'>;

/** What the fields of a candidate are judged by. */
export interface Ground {
  readonly primary: DesiredPrimary;
  readonly candidates: readonly Candidate[];
  readonly kernel: KernelState;
  /** The metadata service: the configured endpoint's host and the clouds' fixed ones. */
  readonly metadataHosts: readonly Address[];
  /** The DNS servers of the primary's network, as the metadata lists them. */
  readonly dns: readonly Address[];
  /** The NIC that keeps an address that several claim, by its MAC; null: none of them does. */
  readonly keeper: (address: Address) => Mac | null;
  /** The delegated prefixes of every NIC, the primary's included. */
  readonly prefixes: readonly { readonly mac: Mac; readonly prefix: Prefix }[];
  /** True where the kernel has the rule that leads from this prefix into the table of that NIC. */
  readonly hasRule: (prefix: Prefix, mac: Mac) => boolean;
}

/** One rule about a field without which the NIC cannot be configured: null, or why the whole NIC is refused. */
export type NicRule = (nic: Candidate, family: Family, ground: Ground) => Refusal | null;

/** One rule about a single value of a NIC: null, or why this value alone is left out. A sentence. */
export type ValueRule<T> = (value: T, nic: Candidate, ground: Ground) => string | null;

/** The first objection of several rules. */
export function firstObjection<T>(
  rules: readonly ValueRule<T>[],
  value: T,
  nic: Candidate,
  ground: Ground,
): string | null {
  for (const rule of rules) {
    const objection = rule(value, nic, ground);
    if (objection !== null) return objection;
  }
  return null;
}

/** The name of a NIC for sentences: of the primary, a candidate, or the link with that MAC. */
export function nameOf(mac: Mac, { primary, kernel }: Pick<Ground, 'primary' | 'kernel'>): string {
  if (mac === primary.mac) return `the primary ${primary.name}`;
  return kernel.links.find((link) => link.mac === mac)?.name ?? mac;
}
