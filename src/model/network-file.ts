import type { DesiredInterface } from './desired.ts';
import { definitionId, firstOfAll } from './netplan.ts';
import type { Stack } from './stack.ts';

/**
 * The name of the .network file by which systemd-networkd configures a NIC of ours; null where the stack is another. networkd takes
 * the first file by name, over all directories, that matches the NIC (systemd.network(5)): `0-` stands before the
 * wildcards of cloud images (`10-netplan-all-eth`, `50-dhcp`), cloud-init's `10-cloud-init-*`, and `00-all`.
 */
export function networkFileName(
  nic: Pick<DesiredInterface, 'name' | 'vlan'>,
  { id, renderer }: Pick<Stack, 'id' | 'renderer'>,
): string | null {
  const own = `${firstOfAll}${nic.name}.network`;
  if (id === 'networkd') return own;
  if (id !== 'netplan' || renderer === 'networkmanager') return null;
  return nic.vlan === null ? `10-netplan-${definitionId(nic)}.network` : own;
}
