import type { InstanceInterface, InstanceNetwork } from '../model/instance.ts';
import type { KernelState, Link } from '../model/kernel.ts';

/**
 * A kernel as `enid render` needs it: one plain NIC for each interface of saved metadata and nothing configured.
 * Interfaces without a name are eth0, eth1 … with the primary first, bonds bond0, bond1 …; a VLAN is its parent's name
 * and its id.
 */
export function imagineKernel(instance: InstanceNetwork): KernelState {
  const ordered = [...instance.interfaces].sort((one, other) => Number(other.primary) - Number(one.primary));
  const plain = ordered.filter((nic) => nic.vlan === null);
  const named = new Set(plain.map((nic) => nic.name));
  const names = new Map<string, string>();
  const numbers = { eth: 0, bond: 0 };
  for (const nic of plain) {
    const kind = nic.bond === undefined ? 'eth' : 'bond';
    if (nic.name === null) while (named.has(`${kind}${numbers[kind]}`)) numbers[kind]++;
    names.set(nic.mac, nic.name ?? `${kind}${numbers[kind]++}`);
  }
  const links = ordered.map((nic, index) => asLink(nic, index + 2, names));
  return { links, addresses: [], routes: [], rules: [] };
}

function asLink(nic: InstanceInterface, index: number, names: ReadonlyMap<string, string>): Link {
  const parent = nic.vlan === null ? null : (names.get(nic.vlan.parentMac) ?? null);
  const name = nic.vlan === null ? names.get(nic.mac) : (nic.name ?? `${parent}.${nic.vlan.id}`);
  return {
    index,
    name: name ?? `eth${index}`,
    mac: nic.mac,
    mtu: nic.mtu ?? 1500,
    up: true,
    carrier: true,
    type: 'ether',
    kind: nic.vlan !== null ? 'vlan' : nic.bond !== undefined ? 'bond' : null,
    master: null,
    parent,
    vlanId: nic.vlan?.id ?? null,
    hasDevice: nic.vlan === null && nic.bond === undefined,
  };
}
