import type { Link } from '../model/kernel.ts';
import type { Lease } from '../model/lease.ts';

/** One DHCP client and where it keeps its leases. */
export interface LeaseSource {
  /** Absolute; those that are missing hold nothing. */
  readonly directories: readonly string[];
  /** True for the name of a file that may hold the lease of this link. */
  isOf(name: string, link: Pick<Link, 'name' | 'index'>): boolean;
  /**
   * The newest lease of the file that is this link's. Null: the file says nothing that can be relied on, being cut off,
   * of another link or of another form; the lease is then unknown, never absent. Pure, and never throws.
   */
  parse(bytes: Uint8Array, link: Pick<Link, 'name'>): Lease | null;
}
