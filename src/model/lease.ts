import type { Address } from './address.ts';
import type { Mac } from './mac.ts';

/** What a DHCP client wrote down of an IPv4 lease; or of an IPv6 one the address, with the router that the link has heard. */
export interface Lease {
  readonly address: Address;
  /** The default of option 121, else the first router of option 3; null where the server named neither. */
  readonly gateway: Address | null;
  /** Of the subnet, where the client wrote it down: the address itself may be set with another length, as /32. */
  readonly prefixLength: number | null;
  /** The NIC the lease was given to, where the client wrote that down. */
  readonly mac: Mac | null;
}

/** What only a lease told of one family of a NIC, kept in state.json for when there is no lease. */
export interface Learned {
  readonly address: Address;
  /** Of the subnet; null where an IPv6 lease came without an advertisement of it. */
  readonly prefixLength: number | null;
  /** Null: not known, or the server named none. */
  readonly gateway: Address | null;
}

export interface LearnedFamilies {
  readonly ipv4: Learned | null;
  readonly ipv6: Learned | null;
}
