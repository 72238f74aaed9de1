import { type Address, contains, overlaps, type Prefix } from '../../model/address.ts';
import { type Ground, nameOf, type ValueRule } from './candidate.ts';
import { addressesOf } from './keeper.ts';
import { isNoDelegation } from './kinds.ts';

const kind: ValueRule<Prefix> = (prefix) =>
  isNoDelegation(prefix) ? `${prefix} cannot be a delegated prefix` : null;

/** Replies from every address of the prefix leave by the NIC: no other NIC's address may be in it. */
const foreignAddress: ValueRule<Prefix> = (prefix, nic, ground) => {
  const held = protectedAddresses(nic.mac, ground).find(({ address }) => contains(prefix, address));
  return held === undefined ? null : `${prefix} covers ${held.address}, an address of ${held.of}`;
};

const gateway: ValueRule<Prefix> = (prefix, _nic, { primary, metadataHosts, dns }) => {
  const gateways = [primary.ipv4?.gateway, primary.ipv6?.gateway];
  const covered = [...gateways, ...metadataHosts, ...dns].find(
    (host) => host !== undefined && host !== null && contains(prefix, host),
  );
  return covered === undefined ? null : `${prefix} covers ${covered}, which is no address of this NIC`;
};

/** One prefix on two NICs is the one's that has its rule in the kernel, else nobody's. */
const overlap: ValueRule<Prefix> = (prefix, nic, ground) => {
  const other = ground.prefixes.find((one) => one.mac !== nic.mac && overlaps(one.prefix, prefix));
  if (other === undefined) return null;
  const isPrimarys = other.mac === ground.primary.mac;
  if (!isPrimarys && ground.hasRule(prefix, nic.mac) && !ground.hasRule(other.prefix, other.mac)) return null;
  return `${prefix} overlaps ${other.prefix} of ${nameOf(other.mac, ground)}`;
};

/** What no delegated prefix of a secondary may be. */
export const prefixRules: readonly ValueRule<Prefix>[] = [kind, foreignAddress, gateway, overlap];

interface Held {
  readonly address: Address;
  readonly of: string;
}

/** The addresses of all NICs but one: as they are given, and as the kernel has them on the primary. */
function protectedAddresses(mac: string, ground: Ground): readonly Held[] {
  const { primary, candidates, kernel } = ground;
  const listed = [...(primary.ipv4?.addresses ?? []), ...(primary.ipv6?.addresses ?? [])];
  const carried = kernel.addresses.filter(({ link }) => link === primary.name).map(({ address }) => address);
  const others = candidates.filter((nic) => nic.mac !== mac);
  return [
    ...[...listed, ...carried].map((address) => ({ address, of: `the primary ${primary.name}` })),
    ...others.flatMap((nic) => addressesOf(nic).map((address) => ({ address, of: nic.name }))),
  ];
}
