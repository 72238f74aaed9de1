import type { DesiredInterface } from './desired.ts';

/** What ids of ethernets begin with; digits stand before letters. */
export const firstOfAll = '0-enid-';

/**
 * The id of a NIC's definition in netplan's files: no kernel name, since two definitions with one id are one for netplan:
 * after a boot with swapped names ours for `eth0` would take cloud-init's `eth0` from the primary.
 * With networkd the file that netplan makes is 10-netplan-<id>.network, and networkd takes the first that matches: the id
 * stands before those of wildcards such as `all-eth`, which Debian's cloud images come with (seen: with `eth1` as id, eth1
 * was configured by 10-netplan-all-eth.network), and before cloud-init's `eth1`. With NetworkManager the priority of the
 * profile decides.
 */
export function definitionId({ name }: Pick<DesiredInterface, 'name'>): string {
  return `${firstOfAll}${name}`;
}
