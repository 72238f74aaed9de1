import type { Mac } from './mac.ts';

/**
 * One way in which the kernel is not as desired. `mend` and `undo` are lines for `ip -batch` (with the family
 * option first, `-4` or `-6`, which the runner splits off); empty where `ip` cannot mend it.
 */
export interface Difference {
  readonly kind:
    | 'link-missing'
    /** A VLAN with another id, parent or MAC. */
    | 'link-wrong'
    | 'link-surplus'
    | 'link-down'
    | 'mtu'
    | 'address-missing'
    | 'address-surplus'
    /** Another machine holds the address (duplicate address detection): neither `ip` nor a lease mends that. */
    | 'address-conflict'
    | 'route-missing'
    | 'route-wrong'
    | 'route-surplus'
    | 'rule-missing'
    | 'rule-surplus'
    | 'rule-duplicate'
    | 'default-stolen'
    | 'leak-into-main'
    | 'wrong-way'
    | 'sysctl'
    | 'mirror-missing'
    | 'mirror-surplus'
    /** A rule `fwmark` for replies of forwarded connections. */
    | 'mark-missing'
    | 'mark-surplus'
    /** What marks those connections is not loaded, or is left. */
    | 'forwarding';
  /** The NIC concerned; null when it is about the primary or the machine. */
  readonly mac: Mac | null;
  /** For people: `address 10.0.0.21/32 is missing on eth1`. */
  readonly text: string;
  readonly mend: readonly IpCommand[];
}

/** One line of `ip -batch`, e.g. family `ipv4`, line `route replace 10.0.0.0/24 dev eth1 table 21001`. */
export interface IpCommand {
  readonly family: 'ipv4' | 'ipv6' | 'link';
  readonly line: string;
}
