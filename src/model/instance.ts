import type { Address, Prefix } from './address.ts';
import type { Mac } from './mac.ts';

/**
 * What a cloud says about this instance's network, in no cloud's own words: the form of `enid metadata --json`
 * and of `render --metadata`. In every list `null` means "the cloud did not say" (unknown, changes nothing)
 * and `[]` means "the cloud said: none".
 */
export interface InstanceNetwork {
  readonly schema: 1;
  readonly cloud: string;
  readonly instanceId: string | null;
  /**
   * `boot`: told once, when the machine started (a config drive), and not again. What it does not list may have been
   * attached since. Left out where the cloud is asked anew at each read.
   */
  readonly asOf?: 'boot';
  /** The MAC of the NIC that came with the instance; never guessed from an index or a name. */
  readonly primaryMac: Mac;
  readonly dns: readonly Address[];
  /** The primary is always among them: a list without it is refused as `metadata-incomplete`. */
  readonly interfaces: readonly InstanceInterface[];
}

export interface InstanceInterface {
  readonly mac: Mac;
  /** Only a hint for `render`: a NIC is found by its MAC. */
  readonly name: string | null;
  /** The cloud's id, e.g. `eni-bp1…`. */
  readonly id: string | null;
  readonly primary: boolean;
  /** Bytes, 68–65535. */
  readonly mtu: number | null;
  readonly ipv4: InstanceFamily;
  readonly ipv6: InstanceFamily;
  readonly vlan: InstanceVlan | null;
  /** Only for a bond, which the distribution builds and enid leaves as it is. */
  readonly bond?: InstanceBond;
}

export interface InstanceFamily {
  /** The cloud serves the primary private address by DHCP. */
  readonly dhcp: boolean;
  /** `addresses[0]` is the primary private address. */
  readonly addresses: readonly Address[] | null;
  /** Of the subnet, 0–32 or 0–128. */
  readonly prefixLength: number | null;
  readonly subnet: Prefix | null;
  readonly gateway: Address | null;
  /** Delegated prefixes, routed to this NIC beside its addresses. */
  readonly prefixes: readonly Prefix[] | null;
  /** What lies behind other gateways of the subnet, one a destination; left out where nothing does. */
  readonly routes?: readonly InstanceRoute[];
}

/** Neither a default, which is the gateway, nor to the subnet itself. */
export interface InstanceRoute {
  readonly destination: Prefix;
  readonly via: Address;
}

/** A VLAN sub-interface with a MAC of its own on another NIC. */
export interface InstanceVlan {
  readonly parentMac: Mac;
  /** 1–4094 */
  readonly id: number;
}

/** Several NICs bundled into one link, which carries the MAC of its interface; the members are listed nowhere else. */
export interface InstanceBond {
  readonly members: readonly Mac[];
}
