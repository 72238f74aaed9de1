import type { DesiredInterface } from '../../model/desired.ts';
import type { Stack } from '../../model/stack.ts';

/**
 * The id of a NIC's definition. With networkd the file that netplan makes is 10-netplan-<id>.network, and networkd takes
 * the first that matches: the id stands before those of wildcards such as `all-eth`, which Debian's cloud images come
 * with (seen: with `eth1` as id, eth1 was configured by 10-netplan-all-eth.network), and before cloud-init's `eth1`. A VLAN
 * has to be called by its id; with NetworkManager the id is the NIC's name, and the priority of the profile decides.
 */
export function definitionId({ name, vlan }: Pick<DesiredInterface, 'name' | 'vlan'>, stack: Stack): string {
  return stack.renderer === 'networkmanager' || vlan !== null ? name : `${firstOfAll}${name}`;
}

/** What ids with networkd begin with; digits stand before letters. */
export const firstOfAll = '0-enid-';
