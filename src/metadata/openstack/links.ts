import type { InstanceBond, InstanceVlan } from '../../model/instance.ts';
import { type Mac, printable } from '../../model/mac.ts';
import { fail, ok, type Result } from '../../model/problem.ts';
import type { Link } from './link.ts';

/** The links of one document, with what they refer to each other by put in its place. */
export interface Links {
  /** Of every link, by its id. */
  readonly macs: ReadonlyMap<string, Mac>;
  /** Those that are interfaces, in the order of the document. */
  readonly interfaces: readonly InterfaceLink[];
}

export interface InterfaceLink {
  readonly link: Link;
  readonly mac: Mac;
  readonly vlan: InstanceVlan | null;
  readonly bond: InstanceBond | null;
}

/**
 * Puts the links together. No interfaces are the members of bonds, which the bond stands for, and VLANs with their parent's
 * MAC, which are told from it by the tag alone and are the distribution's. Errors: `metadata-disagrees` (an id or a MAC
 * twice, a reference to nothing).
 */
export function resolveLinks(list: readonly Link[], place: string): Result<Links> {
  const byId = new Map(list.map((link) => [link.id, link]));
  if (byId.size < list.length) return disagrees(place, 'two links have the same id');
  const macs = new Map<string, Mac>();
  for (const link of list) {
    const missing = othersOf(link).find((id) => !byId.has(id));
    if (missing !== undefined) return disagrees(place, `${link.id} is on ${missing}, which is no link`);
    const mac = macOf(link, byId);
    if (mac === null) return disagrees(place, `${link.id} has no MAC, nor has what it is on`);
    macs.set(link.id, mac);
  }
  const members = new Set(list.flatMap((link) => (link.kind === 'bond' ? link.members : [])));
  const interfaces = list
    .filter((link) => !members.has(link.id))
    .flatMap((link) => interfaceLink(link, macs) ?? []);
  const twice = interfaces.find(({ mac }, index) => interfaces.findIndex((one) => one.mac === mac) !== index);
  return twice === undefined
    ? ok({ macs, interfaces })
    : disagrees(place, `${twice.mac} is the MAC of two links`);
}

function interfaceLink(link: Link, macs: ReadonlyMap<string, Mac>): InterfaceLink | null {
  const mac = macs.get(link.id);
  const [first, ...others] = othersOf(link).flatMap((id) => macs.get(id) ?? []);
  if (mac === undefined) return null;
  if (link.kind === 'nic' || first === undefined) return { link, mac, vlan: null, bond: null };
  if (link.kind === 'bond') return { link, mac, vlan: null, bond: { members: [first, ...others] } };
  return first === mac ? null : { link, mac, vlan: { parentMac: first, id: link.tag }, bond: null };
}

/** What a link is on. */
function othersOf(link: Link): readonly string[] {
  if (link.kind === 'nic') return [];
  return link.kind === 'bond' ? link.members : [link.parent];
}

/** Its own, or that of what it is on: a bond's first member, a VLAN's parent, down to the NIC. */
function macOf(link: Link, byId: ReadonlyMap<string, Link>): Mac | null {
  let current: Link | undefined = link;
  for (let depth = 0; depth < byId.size && current !== undefined; depth++) {
    if (current.mac !== null) return current.mac;
    current = byId.get(othersOf(current)[0] ?? '');
  }
  return null;
}

function disagrees(place: string, message: string): Result<never> {
  return fail('metadata-disagrees', `${place}/links`, printable(message));
}
