import type { DesiredInterface, DesiredNetwork } from './desired.ts';
import type { Stack } from './stack.ts';

/**
 * True for a VLAN on a NIC whose file of the network service is not ours: the primary's, a person's, and all that netplan
 * makes. Such a file is not to speak of it.
 */
export function isOnForeignParent(
  { vlan }: Pick<DesiredInterface, 'vlan'>,
  { secondaries }: Pick<DesiredNetwork, 'secondaries'>,
  { id }: Pick<Stack, 'id'>,
): boolean {
  return vlan !== null && (id === 'netplan' || secondaries.every(({ mac }) => mac !== vlan.parentMac));
}

/** The unit of systemd that makes such a VLAN where networkd is in charge. */
export function vlanUnit(name: string): string {
  return `enid-vlan-${name}.service`;
}
