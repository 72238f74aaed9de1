import { familyOf, prefixOf } from '../model/address.ts';
import type { AddressWithLength, Config, ConfiguredVlan } from '../model/config.ts';
import type { InstanceFamily, InstanceInterface, InstanceNetwork } from '../model/instance.ts';
import type { Link } from '../model/kernel.ts';
import { matches } from './nic.ts';

/** Adds the VLAN sub-interfaces that only the configuration knows (`interfaces.vlans`) to what the metadata lists. */
export function withConfiguredVlans(
  instance: InstanceNetwork,
  links: readonly Link[],
  config: Config,
): InstanceNetwork {
  const listed = new Set(instance.interfaces.map((nic) => nic.mac));
  const added = config.interfaces.vlans
    .filter((vlan) => !listed.has(vlan.mac))
    .map((vlan) => asInterface(vlan, parentMac(vlan, instance, links)))
    .filter((nic): nic is InstanceInterface => nic !== null);
  return { ...instance, interfaces: [...instance.interfaces, ...added] };
}

function parentMac(vlan: ConfiguredVlan, instance: InstanceNetwork, links: readonly Link[]) {
  const byId = instance.interfaces.find((nic) => nic.id === vlan.parent);
  const byLink = links.find((link) => link.kind !== 'vlan' && matches(vlan.parent, link, null));
  return byId?.mac ?? byLink?.mac ?? null;
}

function asInterface(
  vlan: ConfiguredVlan,
  parent: InstanceInterface['mac'] | null,
): InstanceInterface | null {
  if (parent === null) return null;
  const inFamily = (family: 'ipv4' | 'ipv6'): InstanceFamily => {
    const own = vlan.addresses.filter((entry) => familyOf(entry.address) === family);
    const first: AddressWithLength | undefined = own[0];
    const gateway = vlan.gateway !== null && familyOf(vlan.gateway) === family ? vlan.gateway : null;
    return {
      dhcp: vlan.addresses.length === 0 && family === 'ipv4',
      addresses: own.map((entry) => entry.address),
      prefixLength: first?.length ?? null,
      subnet: first === undefined ? null : prefixOf(first.address, first.length),
      gateway,
      prefixes: [],
    };
  };
  return {
    mac: vlan.mac,
    name: null,
    id: null,
    primary: false,
    mtu: null,
    ipv4: inFamily('ipv4'),
    ipv6: inFamily('ipv6'),
    vlan: { parentMac: parent, id: vlan.id },
  };
}
