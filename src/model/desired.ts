import type { Address, Family, Prefix } from './address.ts';
import type { InstanceRoute } from './instance.ts';
import type { Mac } from './mac.ts';
import type { Reason, Role } from './reason.ts';

/** The network this machine should have. Pure data: rendered to files, compared with the kernel, never applied itself. */
export interface DesiredNetwork {
  readonly primary: DesiredPrimary;
  /** By slot, lowest first. */
  readonly secondaries: readonly DesiredInterface[];
  /** NICs that get nothing, each with the reason. */
  readonly setAside: readonly SetAside[];
  readonly sysctls: readonly DesiredSysctl[];
}

/** The NIC that carries the default route. Nothing here is configured; it is what the others must not disturb. */
export interface DesiredPrimary {
  readonly name: string;
  readonly mac: Mac;
  readonly id: string | null;
  readonly ipv4: PrimaryFamily | null;
  readonly ipv6: PrimaryFamily | null;
  /**
   * With `manage_primary`: its private addresses beyond the first, set as host prefixes beside what its own
   * configuration gives it. Its files, routes and first address are never touched.
   */
  readonly further?: readonly Address[];
}

export interface PrimaryFamily {
  /** At least one. */
  readonly addresses: readonly Address[];
  readonly subnet: Prefix | null;
  readonly gateway: Address | null;
}

export interface DesiredInterface {
  readonly name: string;
  readonly mac: Mac;
  readonly id: string | null;
  /** 1–999, for life. */
  readonly slot: number;
  /** `table_base` + slot; also the priority of its `from` rules. */
  readonly table: number;
  readonly mtu: number | null;
  readonly vlan: { readonly parent: string; readonly parentMac: Mac; readonly id: number } | null;
  readonly ipv4: DesiredFamily | null;
  readonly ipv6: DesiredFamily | null;
  /** What its tables hold; table 21000 (the primary's) is listed on the lowest slot that needs it. */
  readonly routes: readonly PolicyRoute[];
  /** In the order of their priorities. */
  readonly rules: readonly PolicyRule[];
  /** Addresses, prefixes and routes of it that were left out; absent where none was. */
  readonly refused?: readonly LeftOut[];
}

/** A value of the metadata or the configuration that is left out of a NIC. */
export interface LeftOut extends Refusal {
  /** The address, the prefix, or the destination of the route. */
  readonly value: string;
}

/** Why something of the metadata or the configuration is not configured. */
export interface Refusal {
  readonly reason: Reason;
  /** A sentence that names the value: `10.0.0.10 is an address of the primary eth0`. */
  readonly detail: string;
}

export type Method = 'dhcp' | 'static';

/**
 * Where the route to a secondary's own subnet stands. `table`: only in the NIC's own table (the address is a
 * host prefix, or the stack moves the route). `main`: a DHCP client put it into main and cannot be told otherwise.
 */
export type ConnectedPlace = 'table' | 'main';

export interface DesiredFamily {
  readonly method: Method;
  readonly connected: ConnectedPlace;
  /**
   * Address, subnet and gateway are the lease's, and may be others tomorrow: a stack that can put all of a lease into the
   * NIC's table does so by itself, and what stands here is what it said last.
   */
  readonly byLease: boolean;
  /** The primary private address; null while only a lease could say. Static: always known, set as a host prefix. */
  readonly address: Address | null;
  /** Of the subnet; null where unknown. */
  readonly prefixLength: number | null;
  /** Every further private address, set as /32 or /128. */
  readonly further: readonly Address[];
  readonly prefixes: readonly Prefix[];
  readonly subnet: Prefix | null;
  readonly gateway: Address | null;
  /** What lies behind other gateways. */
  readonly routes: readonly InstanceRoute[];
  /** New connections into the subnet stay on the primary: it overlaps the primary's, or holds a DNS server of its network. */
  readonly sharedWithPrimary: boolean;
}

/** A route in a table of ours. `via` null: on the link itself. */
export interface PolicyRoute {
  readonly family: Family;
  readonly table: number;
  readonly destination: Prefix;
  readonly via: Address | null;
  readonly device: string;
  /** Preferred source, where the address is known beforehand. */
  readonly source: Address | null;
  /** The gateway is not reachable by an address of the NIC: `onlink`. */
  readonly onlink: boolean;
  /** For `default_route: metric` only: a worse default in main; 0 otherwise. */
  readonly metric: number;
}

/** A route of main that a NIC's table repeats; `words` is its way as `replicaWords` gives it. */
export interface ReplicatedRoute {
  readonly family: Family;
  readonly table: number;
  readonly destination: Prefix;
  readonly words: string;
}

/** A NIC's own rule `from A`, or one that serves a subnet: with `to`. */
export interface PolicyRule {
  readonly family: Family;
  readonly priority: number;
  readonly from: Prefix | null;
  readonly to: Prefix | null;
  /** A number; main is 254. */
  readonly table: number;
  /** Routes of this prefix length and shorter do not count; null: all do. */
  readonly suppressPrefixLength: number | null;
}

/** A key under /proc/sys with slashes, e.g. `net/ipv4/conf/eth1/rp_filter`: a link name may hold dots. */
export interface DesiredSysctl {
  readonly key: string;
  readonly value: string;
  /** The NIC it is for. */
  readonly mac: Mac;
}

export interface SetAside {
  readonly name: string | null;
  readonly mac: Mac;
  readonly id: string | null;
  readonly role: Role;
  readonly reason: Reason;
  /** Which file, setting or rule decided it. */
  readonly detail: string;
}

/**
 * Rule priorities of the band, as offsets from `table_base`: each NIC's own has the number of its slot, and those that serve a
 * subnet come after all of them, at these three.
 */
export const firstSubnetOffset = 996;
export const lastSubnetOffset = 998;
/** Routes that a NIC's table repeats from main are known by this protocol number (design section 3). */
export const mirrorProtocol = 210;
