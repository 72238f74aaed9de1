import type { Address, Family, Prefix } from './address.ts';
import type { Mac } from './mac.ts';

/** One look at the kernel. Either everything was read or there is no `KernelState`: a part is never missing. */
export interface KernelState {
  readonly links: readonly Link[];
  readonly addresses: readonly KernelAddress[];
  readonly routes: readonly KernelRoute[];
  readonly rules: readonly KernelRule[];
}

export interface Link {
  readonly index: number;
  readonly name: string;
  /** Null for links without an Ethernet address (tun, sit, loopback's zeroes). */
  readonly mac: Mac | null;
  readonly mtu: number;
  /** Administratively up (flag UP). */
  readonly up: boolean;
  /** Flag LOWER_UP: the cable is in. */
  readonly carrier: boolean;
  /** `ether`, `loopback`, `none` …, from `link/…`. */
  readonly type: string;
  /** `veth`, `bridge`, `vlan`, `bond`, `vxlan`, `tun` … from `ip -d link`; null for a plain NIC or where unknown. */
  readonly kind: string | null;
  /** The bridge or bond this link is a member of. */
  readonly master: string | null;
  /** The lower link of a VLAN (name after `@`), null where it is in another namespace. */
  readonly parent: string | null;
  /** VLAN id, for kind `vlan`. */
  readonly vlanId: number | null;
  /** True when /sys/class/net/NAME/device exists: there is a device behind it. */
  readonly hasDevice: boolean;
}

export interface KernelAddress {
  readonly link: string;
  readonly family: Family;
  readonly address: Address;
  readonly prefixLength: number;
  /** `global`, `link`, `host`, `site` or a number as text. */
  readonly scope: string;
  /** Words such as `secondary`, `dynamic`, `tentative`, `dadfailed`, `noprefixroute`, `mngtmpaddr`. */
  readonly flags: readonly string[];
  /** IPv4: the broadcast address that it was given (`brd`); absent where none was. */
  readonly broadcast?: Address;
}

export interface KernelRoute {
  readonly family: Family;
  /** `unicast`, `local`, `broadcast`, `blackhole`, `unreachable` … */
  readonly type: string;
  /** `0.0.0.0/0` or `::/0` for the default; a host route has its full length. */
  readonly destination: Prefix;
  /** Numeric: main is 254, local 255, default 253. */
  readonly table: number;
  readonly via: Address | null;
  /** Null for routes without a device (blackhole) and for multipath routes. */
  readonly device: string | null;
  readonly source: Address | null;
  readonly metric: number;
  /** Word or number as text: `kernel`, `static`, `dhcp`, `ra`, `210` … */
  readonly protocol: string | null;
  readonly scope: string | null;
  readonly onlink: boolean;
  /** Link down at the moment (flags linkdown or dead). */
  readonly dead: boolean;
  /** What `ip route add` takes to make it again, without `table` where it is main: the snapshot's replay. */
  readonly spec: string;
}

export interface KernelRule {
  readonly family: Family;
  readonly priority: number;
  /** Null for `from all`. */
  readonly from: Prefix | null;
  readonly to: Prefix | null;
  /** Null for rules whose action is no lookup. */
  readonly table: number | null;
  /** Routes of this prefix length and shorter do not count; null: all do. */
  readonly suppressPrefixLength: number | null;
  /** True when it matches by anything beyond from and to (iif, fwmark, not, uidrange …) or does anything but look up. */
  readonly special: boolean;
  /** What `ip rule add` takes to make it again, priority included. */
  readonly spec: string;
}

export const mainTable = 254;
export const localTable = 255;
export const defaultDestination: Readonly<Record<Family, Prefix>> = {
  ipv4: '0.0.0.0/0' as Prefix,
  ipv6: '::/0' as Prefix,
};
