import { familyOf, prefixOf } from '../model/address.ts';
import type { AddressWithLength, Config, ConfiguredVlan } from '../model/config.ts';
import type { SetAside } from '../model/desired.ts';
import type { InstanceFamily, InstanceInterface, InstanceNetwork } from '../model/instance.ts';
import type { Link } from '../model/kernel.ts';
import type { Mac } from '../model/mac.ts';
import type { State } from '../model/state.ts';
import { matches } from './nic.ts';

/** The metadata with the VLAN sub-interfaces of the configuration among its NICs. */
export interface Overlaid {
  readonly instance: InstanceNetwork;
  /** VLANs without a parent: nothing is made for them. */
  readonly orphans: readonly SetAside[];
  /** The MACs of orphans whose parent may only be late: what was written for them stays. */
  readonly waiting: ReadonlySet<Mac>;
}

/**
 * Adds the VLAN sub-interfaces that only the configuration knows (`interfaces.vlans`) to what the metadata lists. A VLAN
 * lives as long as its parent is listed. Where the parent is named by something that nobody bears (early in boot NICs are not there
 * yet, and a word may be misspelt) nobody can say that it is gone.
 */
export function withConfiguredVlans(
  instance: InstanceNetwork,
  links: readonly Link[],
  names: State['names'],
  config: Config,
): Overlaid {
  const listed = new Set(instance.interfaces.map((nic) => nic.mac));
  const added: InstanceInterface[] = [];
  const orphans: SetAside[] = [];
  const waiting = new Set<Mac>();
  for (const vlan of config.interfaces.vlans) {
    if (listed.has(vlan.mac)) continue;
    const parent = parentMac(vlan, instance, links, names);
    if (parent !== null && listed.has(parent)) {
      added.push(asInterface(vlan, parent));
      continue;
    }
    if (parent === null) waiting.add(vlan.mac);
    const detail = `interfaces.vlans: no NIC that the metadata lists is ${vlan.parent}`;
    orphans.push({ name: null, mac: vlan.mac, id: null, role: 'secondary', reason: 'no-parent', detail });
  }
  return { instance: { ...instance, interfaces: [...instance.interfaces, ...added] }, orphans, waiting };
}

/**
 * The MAC of whom `parent` names: an interface id, a MAC, a kernel name. Where nobody bears it now, whose it was when the NIC
 * or the VLAN on it was last configured.
 */
function parentMac(
  { parent, mac, id }: ConfiguredVlan,
  instance: InstanceNetwork,
  links: readonly Link[],
  names: State['names'],
): Mac | null {
  const said = instance.interfaces.find((nic) => nic.id === parent || nic.mac === parent);
  if (said !== undefined) return said.mac;
  const link = links.find((one) => one.kind !== 'vlan' && one.mac !== null && matches(parent, one, null));
  if (link !== undefined) return link.mac;
  const former = names.get(mac) ?? '';
  const isFormer = (name: string): boolean => name === parent || `${name}.${id}` === former;
  return [...names].find(([bearer, name]) => bearer === parent || isFormer(name))?.[0] ?? null;
}

function asInterface(vlan: ConfiguredVlan, parent: Mac): InstanceInterface {
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
