import { familyOf } from '../model/address.ts';
import type { ConfiguredVlan } from '../model/config.ts';

/** Undefined: missing where it is required, or not valid, which is a fault of its own. */
export type ValidVlanKeys = { readonly [Key in keyof ConfiguredVlan]: ConfiguredVlan[Key] | undefined };

interface VlanFault {
  /** Below `interfaces.vlans`. */
  readonly path: readonly PropertyKey[];
  readonly allowed: string;
}

/** What no single key of `interfaces.vlans` can say: VLANs that are in each other's way, a gateway without an address. */
export function vlanFaults(vlans: readonly ValidVlanKeys[]): readonly VlanFault[] {
  return vlans.flatMap((vlan, index) => {
    const before = vlans.slice(0, index);
    const faults: VlanFault[] = [];
    if (vlan.mac !== undefined && before.some(({ mac }) => mac === vlan.mac)) {
      faults.push({ path: [index, 'mac'], allowed: 'every VLAN a MAC address of its own' });
    }
    if (vlan.mac !== undefined && vlan.parent === vlan.mac)
      faults.push({ path: [index, 'parent'], allowed: 'another NIC than itself' });
    const isPlaced = vlan.parent !== undefined && vlan.id !== undefined;
    if (isPlaced && before.some(({ parent, id }) => parent === vlan.parent && id === vlan.id)) {
      faults.push({ path: [index, 'id'], allowed: 'every id once on one parent' });
    }
    if (!reachesGateway(vlan)) {
      const allowed =
        'a gateway of the family of one of its addresses (IPv4 where it has none and asks DHCP)';
      faults.push({ path: [index, 'gateway'], allowed });
    }
    return faults;
  });
}

function reachesGateway({ addresses, gateway }: ValidVlanKeys): boolean {
  if (gateway === null || gateway === undefined || addresses === undefined) return true;
  const family = familyOf(gateway);
  if (addresses.length === 0) return family === 'ipv4';
  return addresses.some(({ address }) => familyOf(address) === family);
}
