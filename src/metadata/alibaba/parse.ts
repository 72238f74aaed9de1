import { type Address, type Prefix, prefixOf, splitPrefix } from '../../model/address.ts';
import type { InstanceFamily, InstanceInterface, InstanceNetwork } from '../../model/instance.ts';
import type { Mac } from '../../model/mac.ts';
import { fail, ok, type Result } from '../../model/problem.ts';
import { malformed } from '../malformed.ts';
import type { Raw } from '../provider.ts';
import { type Nic, type Tree, tree } from './schema.ts';

/**
 * The tree of Alibaba Cloud in our words; what is decided on the way is in this folder's README. Errors:
 * `metadata-malformed` (a value that is not of its type), `metadata-incomplete` (no primary MAC, or the
 * primary not listed), `metadata-disagrees` (mask and subnet, or one address on two NICs); each names URL and field.
 */
export function parseAlibaba(raw: Raw): Result<InstanceNetwork> {
  const read = tree.safeParse(raw.tree);
  if (!read.success) return malformed(read.error, raw.source);
  const { mac: primaryMac, network, 'dns-conf': dns, 'instance-id': instanceId } = read.data;
  const nics = network?.interfaces?.macs ?? null;
  if (primaryMac === null)
    return fail('metadata-incomplete', `${raw.source} mac`, 'the primary is not named');
  if (nics === null || !nics.some((nic) => nic.mac === primaryMac)) {
    const field = `${raw.source} network/interfaces/macs`;
    return fail('metadata-incomplete', field, `the primary ${primaryMac} is not listed (yet)`);
  }
  const contradiction = contradictionIn(nics);
  if (contradiction !== null)
    return fail('metadata-disagrees', `${raw.source} ${contradiction.field}`, contradiction.message);
  const tellsPrimary = nics.some((nic) => nic['primary-ip-address'] !== null);
  const interfaces = nics.map((nic) => {
    const isPrimary = nic.mac === primaryMac;
    return interfaceOf(nic, isPrimary, ipv4Of(nic, isPrimary ? read.data : null, tellsPrimary));
  });
  interfaces.sort((one, other) => Number(other.primary) - Number(one.primary));
  return ok({ schema: 1, cloud: 'alibaba', instanceId, primaryMac, dns: dns?.nameservers ?? [], interfaces });
}

function interfaceOf(nic: Nic, primary: boolean, ipv4: InstanceFamily): InstanceInterface {
  const id = nic['network-interface-id'];
  return { mac: nic.mac, name: null, id, primary, mtu: null, ipv4, ipv6: ipv6Of(nic), vlan: null };
}

/**
 * `instance`: for the primary, whose addresses are told at the top of the tree as well. `tellsPrimary`: this service has
 * `primary-ip-address` (older ones do not); where it lacks for one NIC with several addresses, their order is not known.
 */
function ipv4Of(nic: Nic, instance: Tree | null, tellsPrimary: boolean): InstanceFamily {
  const listed = nic['private-ipv4s'] ?? listedAtTop(instance);
  const first = nic['primary-ip-address'] ?? instance?.['private-ipv4'] ?? null;
  const isFirstUnknown = first === null && tellsPrimary && listed !== null && listed.length > 1;
  const isUnknown = listed === null || listed.length === 0 || isFirstUnknown;
  const addresses = isUnknown ? null : withFirst(listed, first);
  const block = nic['vswitch-cidr-block'] ?? instance?.['vswitch-cidr-block'] ?? null;
  const prefixLength = nic.netmask ?? lengthOf(block);
  const [address] = addresses ?? [];
  const subnet =
    block ?? (address === undefined || prefixLength === null ? null : prefixOf(address, prefixLength));
  const prefixes = nic['ipv4-prefixes'] ?? saidByAbsence(nic, 'ipv4-prefixes');
  const dhcp = listed !== null || first !== null || !isIpv6Alone(nic);
  return { dhcp, addresses, prefixLength, subnet, gateway: nic.gateway, prefixes };
}

const ipv4Leaves = [
  'private-ipv4s',
  'primary-ip-address',
  'netmask',
  'gateway',
  'vswitch-cidr-block',
] as const;

/**
 * It has IPv6 addresses, and no leaf of IPv4 is there, not even an empty one: no lease is asked for that nobody would give,
 * until the record speaks of IPv4.
 */
function isIpv6Alone({ ipv6s, present }: Nic): boolean {
  return (ipv6s ?? []).length > 0 && !ipv4Leaves.some((leaf) => present.has(leaf));
}

/** Nothing of IPv6 has to be asked for: what the vendor's method, DHCPv6, would bring is the address. */
function ipv6Of(nic: Nic): InstanceFamily {
  const addresses = nic.ipv6s ?? saidByAbsence(nic, 'ipv6s');
  const subnet = nic['vswitch-ipv6-cidr-block'];
  return {
    dhcp: false,
    addresses,
    prefixLength: lengthOf(subnet),
    subnet,
    gateway: nic['ipv6-gateway'],
    prefixes: nic['ipv6-prefixes'] ?? saidByAbsence(nic, 'ipv6-prefixes'),
  };
}

/**
 * These leaves are 404 when there is nothing to list (documented for `ipv6s`), so absence says "none" – but only in
 * a record that is otherwise there, and an empty text in its place says nothing.
 */
function saidByAbsence(nic: Nic, leaf: 'ipv4-prefixes' | 'ipv6s' | 'ipv6-prefixes'): readonly never[] | null {
  return nic.isBare || nic.present.has(leaf) ? null : [];
}

function listedAtTop(instance: Tree | null): readonly Address[] | null {
  const first = instance?.['private-ipv4'] ?? null;
  return first === null ? null : [first, ...(instance?.['sub-private-ipv4-list'] ?? [])];
}

function withFirst(listed: readonly Address[], first: Address | null): readonly Address[] {
  return first === null ? listed : [first, ...listed.filter((address) => address !== first)];
}

function lengthOf(prefix: Prefix | null): number | null {
  return prefix === null ? null : splitPrefix(prefix).length;
}

interface Contradiction {
  readonly field: string;
  readonly message: string;
}

function contradictionIn(nics: readonly Nic[]): Contradiction | null {
  const holders = new Map<Address, Mac>();
  for (const nic of nics) {
    const field = `network/interfaces/macs/${nic.mac}`;
    const block = lengthOf(nic['vswitch-cidr-block']);
    if (nic.netmask !== null && block !== null && nic.netmask !== block) {
      return { field: `${field}/netmask`, message: `a mask of /${nic.netmask} in a subnet of /${block}` };
    }
    for (const address of [...(nic['private-ipv4s'] ?? []), ...(nic.ipv6s ?? [])]) {
      const holder = holders.get(address);
      if (holder !== undefined) return { field, message: `${address} is also listed for ${holder}` };
      holders.set(address, nic.mac);
    }
  }
  return null;
}
