import type { InstanceInterface, InstanceVlan } from '../model/instance.ts';
import type { Link } from '../model/kernel.ts';
import type { Mac } from '../model/mac.ts';
import type { Reason } from '../model/reason.ts';
import type { State } from '../model/state.ts';
import { pickCarrier } from './nic.ts';

/** Where a VLAN sub-interface stands or will stand, or why it cannot. */
export type VlanPlace =
  | {
      readonly name: string;
      readonly parent: Link;
      /** The link that is it already; null where it is to be made, or made anew. */
      readonly link: Link | null;
    }
  | { readonly reason: Reason; readonly detail: string; readonly name: string | null };

/** Bytes of a link's name that the kernel takes (IFNAMSIZ without its end). */
const longestName = 15;

/**
 * Finds the link of a VLAN sub-interface by its MAC, or the name it gets on its parent. A link of another making that
 * stands in its way is never changed; what enid made itself (`names`) and somebody altered since is made right.
 */
export function placeVlan(
  nic: InstanceInterface & { readonly vlan: InstanceVlan },
  links: readonly Link[],
  names: State['names'],
): VlanPlace {
  const { mac, vlan } = nic;
  const parent = parentLink(vlan.parentMac, links);
  if (parent === undefined) {
    return { reason: 'no-parent', detail: `no NIC has ${vlan.parentMac}, the MAC of its parent`, name: null };
  }
  const known = names.get(mac);
  const planned = vlanName(parent.name, vlan.id);
  const bearers = links.filter((link) => link.mac === mac && link.type === 'ether');
  const plain = bearers.find((link) => link.kind !== 'vlan');
  if (plain !== undefined) {
    return { reason: 'shared-mac', detail: `${plain.name} has this MAC and is no VLAN`, name: null };
  }
  const right = bearers.find((link) => isVlanOf(link, parent, vlan.id));
  if (right !== undefined) return { name: right.name, parent, link: right };
  const stray = bearers.find((link) => link.name !== known);
  if (stray !== undefined) return taken(stray, planned);
  const there = links.find(
    (link) => link.mac !== mac && (link.name === planned || isVlanOf(link, parent, vlan.id)),
  );
  if (there !== undefined && !(there.name === known && there.kind === 'vlan')) return taken(there, planned);
  return { name: there?.name ?? planned, parent, link: null };
}

/** The link that VLANs on a MAC stand on: a bond before its members, no VLAN itself. */
export function parentLink(mac: Mac, links: readonly Link[]): Link | undefined {
  return pickCarrier(
    links.filter(
      (link) => link.mac === mac && link.type === 'ether' && !isVlan(link) && link.master === null,
    ),
  );
}

/** `eth1.100`, the name that every tool takes for what it is; `vlan100` where that is too long for the kernel. */
function vlanName(parent: string, id: number): string {
  const name = `${parent}.${id}`;
  return name.length <= longestName ? name : `vlan${id}`;
}

function isVlan({ kind }: Link): boolean {
  return kind === 'vlan';
}

function isVlanOf(link: Link, parent: Link, id: number): boolean {
  return isVlan(link) && link.vlanId === id && link.parent === parent.name;
}

function taken({ name, mac, vlanId, parent }: Link, planned: string): VlanPlace {
  const what =
    vlanId === null ? `a link ${name}` : `${name}, VLAN ${vlanId} of ${parent ?? 'another namespace'}`;
  return { reason: 'vlan-taken', detail: `there is ${what} with MAC ${mac ?? 'none'}`, name: planned };
}
