import type { Family } from '../model/address.ts';
import type { DesiredInterface } from '../model/desired.ts';
import type { KernelState } from '../model/kernel.ts';

/**
 * True when the family's own address is set and usable. Where the address is not known beforehand any address counts
 * that a lease may have brought: neither one of the link itself (fe80::/10, 169.254.0.0/16) nor one that we set. An
 * address that another machine holds (`dadfailed`) is no use as a source: the kernel refuses routes with it.
 */
export function hasOwnAddress(nic: DesiredInterface, family: Family, kernel: KernelState): boolean {
  const own = nic[family];
  if (own === null) return false;
  return kernel.addresses.some(
    (entry) =>
      entry.link === nic.name &&
      entry.family === family &&
      !entry.flags.includes('dadfailed') &&
      (own.address === null
        ? entry.scope !== 'link' && entry.scope !== 'host' && !own.further.includes(entry.address)
        : entry.address === own.address),
  );
}
