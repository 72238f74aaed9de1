import type { DesiredInterface, DesiredNetwork } from './desired.ts';

/** True for a VLAN on a NIC whose files are somebody else's (the primary's, a person's): they are not to speak of it. */
export function isOnForeignParent(
  { vlan }: Pick<DesiredInterface, 'vlan'>,
  { secondaries }: Pick<DesiredNetwork, 'secondaries'>,
): boolean {
  return vlan !== null && secondaries.every(({ mac }) => mac !== vlan.parentMac);
}

/** The unit of systemd that makes such a VLAN where networkd is in charge. */
export function vlanUnit(name: string): string {
  return `enid-vlan-${name}.service`;
}
