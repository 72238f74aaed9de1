import { contains, type Family, families, prefixOf } from '../model/address.ts';
import type { InstanceFamily, InstanceInterface, InstanceNetwork } from '../model/instance.ts';
import type { KernelAddress } from '../model/kernel.ts';
import type { Mac } from '../model/mac.ts';
import type { Problem } from '../model/problem.ts';
import { addressesOn, carriedBy, type DefaultWay, defaultWays, type Machine } from './carried.ts';
import { confirmsPrimary, fits } from './fits.ts';

/** Why a read is no knowledge although every field of it reads well. */
export interface Contradiction {
  /** `metadata-disagrees`, with the NIC and the field as its place. */
  readonly problem: Problem;
  /** What reads are counted under, where enough of them in a row end it; null: only the kernel or the metadata can. */
  readonly until: string | null;
}

/**
 * Compares what metadata says with what the kernel shows (the table in the README of this folder). Null: they fit, or
 * the kernel shows too little to tell. Pure.
 */
export function contradiction(read: InstanceNetwork, machine: Machine): Contradiction | null {
  return (
    absentPrimary(read, machine) ??
    changedPrimary(read, machine) ??
    foreignAddress(read, machine) ??
    otherSubnet(read, machine) ??
    idlePrimary(read, machine) ??
    newPrimary(read, machine)
  );
}

function absentPrimary({ primaryMac }: InstanceNetwork, machine: Machine): Contradiction | null {
  if (isHere(primaryMac, machine)) return null;
  return because('primaryMac', `names ${primaryMac}, and no NIC has this MAC`);
}

/** Metadata and kernel agreed on another primary before, and that one still has its addresses. */
function changedPrimary(read: InstanceNetwork, machine: Machine): Contradiction | null {
  const known = knownPrimary(machine);
  if (known === null || known === read.primaryMac) return null;
  const isReplaced = confirmsPrimary(read, machine) && !hasOwn(known, machine);
  if (isReplaced) return null;
  const text = `names ${nameOf(read.primaryMac, machine)}; the primary of this machine is ${nameOf(known, machine)}`;
  return because('primaryMac', text);
}

/** A NIC has by lease or configuration the primary private address of another, and none of its own. */
function foreignAddress(read: InstanceNetwork, machine: Machine): Contradiction | null {
  for (const nic of read.interfaces) {
    for (const family of families) {
      const held = carriedBy(nic.mac, family, machine);
      if (held.some(({ address }) => isListed(address, nic[family]))) continue;
      for (const { address } of held) {
        const owner = read.interfaces.find(
          (other) => other.mac !== nic.mac && other[family].addresses?.[0] === address,
        );
        if (owner === undefined) continue;
        const text = `has ${address}, which the metadata lists for ${nameOf(owner.mac, machine)}`;
        return because(`${nameOf(nic.mac, machine)} ${family}.addresses`, text);
      }
    }
  }
  return null;
}

/** The NIC that alone has the default route uses it with addresses from outside of the subnet that metadata says. */
function otherSubnet(read: InstanceNetwork, machine: Machine): Contradiction | null {
  for (const nic of read.interfaces) {
    for (const family of families) {
      const ways = defaultWays(family, machine);
      if (ways.length === 0 || ways.some(({ macs }) => macs.some((mac) => mac !== nic.mac))) continue;
      const using = carriedBy(nic.mac, family, machine).filter((entry) => isUsed(entry, ways));
      if (using.length === 0 || fits(using, nic[family])) continue;
      const held = using.map(({ address, prefixLength }) => `${address}/${prefixLength}`).join(', ');
      const text = `has the default route with ${held}, and the metadata says ${saidOf(nic[family])}`;
      return because(`${nameOf(nic.mac, machine)} ${family}.addresses`, text);
    }
  }
  return null;
}

/**
 * The named primary has no address at all while another NIC, which enid did not configure, alone has the default route.
 * Where the same primary was accepted before, only that NIC is left alone (`only-way-out`).
 */
function idlePrimary(read: InstanceNetwork, machine: Machine): Contradiction | null {
  const { primaryMac } = read;
  const { primary, believed } = machine.state;
  if (primaryMac === primary?.mac || primaryMac === believed?.primaryMac) return null;
  if (families.some((family) => addressesOn(primaryMac, family, machine.kernel).length > 0)) return null;
  for (const family of families) {
    const holder = onlyHolders(read, family, machine)[0];
    if (holder === undefined) continue;
    const text = `names ${nameOf(primaryMac, machine)}, which has no address; the default route leaves by ${nameOf(holder, machine)}`;
    return because('primaryMac', text);
  }
  return null;
}

/** Begins what reads are counted under that name another primary than the one with the MAC behind it. */
export const formerPrimary = 'primary ';

/** Another primary was accepted before and never confirmed by the kernel: reads that agree end the doubt. */
function newPrimary(read: InstanceNetwork, machine: Machine): Contradiction | null {
  const former = machine.state.believed?.primaryMac;
  const isOther = former !== undefined && former !== read.primaryMac && isHere(former, machine);
  if (!isOther || knownPrimary(machine) !== null) return null;
  const text = `names ${nameOf(read.primaryMac, machine)}, and named ${nameOf(former, machine)} before`;
  return { ...because('primaryMac', text), until: `${formerPrimary}${former}` };
}

/**
 * The NICs that enid did not configure and that alone have the default route of a family, while the primary has none;
 * empty where a link that is no NIC of this machine (a tunnel, a bridge) has one as well.
 */
export function onlyHolders(read: InstanceNetwork, family: Family, machine: Machine): readonly Mac[] {
  const holders = new Set(defaultWays(family, machine).flatMap(({ macs }) => macs));
  const devices = machine.kernel.links.filter((link) => link.hasDevice).map(({ mac }) => mac);
  const nics = new Set<Mac | null>([...read.interfaces.map(({ mac }) => mac), ...devices]);
  if (holders.has(read.primaryMac) || [...holders].some((mac) => mac === null || !nics.has(mac))) return [];
  return [...holders].flatMap((mac) => (mac === null || machine.state.names.has(mac) ? [] : [mac]));
}

/** Listed, or in a delegated prefix. */
function isListed(address: KernelAddress['address'], said: InstanceFamily): boolean {
  const inPrefix = (said.prefixes ?? []).some((prefix) => contains(prefix, address));
  return inPrefix || (said.addresses ?? []).includes(address);
}

/** By a lease or an advertisement, or the address by which the route's gateway is reached. */
function isUsed(entry: KernelAddress, ways: readonly DefaultWay[]): boolean {
  if (entry.flags.includes('dynamic')) return true;
  const network = prefixOf(entry.address, entry.prefixLength);
  return ways.some(
    ({ route: { via, source } }) => source === entry.address || (via !== null && contains(network, via)),
  );
}

function hasOwn(mac: Mac, machine: Machine): boolean {
  return families.some((family) => carriedBy(mac, family, machine).length > 0);
}

/** The primary that metadata and kernel agreed on, while its NIC is here; null: there is none. */
function knownPrimary(machine: Machine): Mac | null {
  const { primary } = machine.state;
  return primary?.by === 'kernel' && isHere(primary.mac, machine) ? primary.mac : null;
}

function isHere(mac: Mac, { kernel }: Machine): boolean {
  return kernel.links.some((link) => link.mac === mac && link.type === 'ether');
}

function saidOf({ addresses, subnet, prefixLength }: InstanceInterface['ipv4']): string {
  const length = subnet === null && prefixLength !== null ? `/${prefixLength}` : '';
  return [...(addresses ?? []).slice(0, 1).map((address) => `${address}${length}`), subnet ?? '']
    .filter((text) => text !== '')
    .join(' in ');
}

function nameOf(mac: Mac, { kernel }: Machine): string {
  const link = kernel.links.find((entry) => entry.mac === mac && entry.type === 'ether');
  return link === undefined ? mac : `${link.name} (${mac})`;
}

const advice =
  'nothing is changed; correct the metadata, or what sets that address or default route, then `enid reconfigure`';

function because(place: string, message: string): Contradiction {
  return { problem: { code: 'metadata-disagrees', place, message, advice }, until: null };
}
