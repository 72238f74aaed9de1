import type { Subnet } from './subnet.ts';

/** An ENI as the VPC knows it. */
export interface Nic {
  /** Where it stands in the router: `n0`, `n1` … */
  readonly port: string;
  /** Its name in the server. */
  readonly name: string;
  readonly mac: string;
  readonly id: string;
  readonly primary: boolean;
  readonly subnet: Subnet;
  /** The primary private address first. */
  readonly ipv4: readonly string[];
  readonly ipv6: readonly string[];
  /** Delegated to it, of either family, within its subnet; see {@link inPrefix}. */
  readonly prefixes: readonly string[];
  /** VLANs can be plugged in behind it. */
  readonly trunk?: boolean;
  /** It is no NIC of its own but a VLAN behind another one's port. */
  readonly vlan?: { readonly port: string; readonly id: number };
}
