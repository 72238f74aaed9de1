import { type Address, contains, families, familyOf } from '../../model/address.ts';
import { firstObjection, type Ground, type NicRule, nameOf, type ValueRule } from './candidate.ts';
import { isEndOf, isLinkLocal, isNoHost } from './kinds.ts';

const kind: ValueRule<Address> = (address) =>
  isNoHost(address) || isLinkLocal(address) ? `${address} cannot be the address of a NIC` : null;

/** An address that is set on this machine is local: nothing that goes to it leaves the machine any more. */
const service: ValueRule<Address> = (address, nic, { metadataHosts, dns, kernel }) => {
  if (metadataHosts.includes(address)) return `${address} is the metadata service`;
  // A server may be the resolver of its own network: then it has the address already.
  const hasIt = kernel.addresses.some((held) => held.link === nic.name && held.address === address);
  return dns.includes(address) && !hasIt ? `${address} is a DNS server` : null;
};

const gateway: ValueRule<Address> = (address, nic, { primary, candidates }) => {
  const family = familyOf(address);
  if (primary[family]?.gateway === address) return `${address} is the gateway of the primary`;
  if (nic[family]?.gateway === address) return `${address} is its gateway`;
  const first = nic[family]?.address;
  const other = candidates.find((one) => one.mac !== nic.mac && one[family]?.gateway === address);
  // Where it is the first address of this NIC, the other one's gateway is what is wrong.
  return other === undefined || first === address ? null : `${address} is the gateway of ${other.name}`;
};

const holder: ValueRule<Address> = (address, nic, ground) => {
  const mac = ground.keeper(address);
  if (mac === nic.mac) return null;
  if (mac !== null) return `${address} is an address of ${nameOf(mac, ground)}`;
  return `${address} is listed for more than one NIC, and none of them carries it alone`;
};

const end: ValueRule<Address> = (address, nic) => {
  const subnet = nic[familyOf(address)]?.subnet ?? null;
  return subnet !== null && isEndOf(subnet, address)
    ? `${address} is the network or broadcast address of ${subnet}`
    : null;
};

/** What no address of a secondary may be, its first or a further one. */
export const addressRules: readonly ValueRule<Address>[] = [kind, service, gateway, holder, end];

/** A NIC whose primary private address is refused has nothing that it could be reached by in that family. */
export const firstAddress: NicRule = (nic, family, ground) => {
  const own = nic[family];
  if (own === null || own.address === null) return null;
  const detail =
    firstObjection(addressRules, own.address, nic, ground) ??
    (own.subnet !== null && !contains(own.subnet, own.address)
      ? `${own.address} lies outside of its subnet ${own.subnet}`
      : null);
  return detail === null ? null : { reason: 'address-refused', detail };
};

/** Addresses of the primary that another NIC keeps are left out of what is protected as the primary's. */
export function keptByPrimary({ primary, keeper }: Pick<Ground, 'primary' | 'keeper'>): Ground['primary'] {
  const keeps = (address: Address): boolean => keeper(address) === primary.mac;
  const kept = families.map((family) => {
    const own = primary[family];
    return own === null ? null : { ...own, addresses: own.addresses.filter(keeps) };
  });
  const further = primary.further?.filter(keeps);
  return {
    ...primary,
    ipv4: kept[0] ?? null,
    ipv6: kept[1] ?? null,
    ...(further === undefined ? {} : { further }),
  };
}
