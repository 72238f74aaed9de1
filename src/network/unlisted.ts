import { type Address, contains, families, hostPrefix, type Prefix } from '../model/address.ts';
import type { DesiredInterface, DesiredNetwork, PolicyRule } from '../model/desired.ts';
import type { KernelAddress, KernelState } from '../model/kernel.ts';
import type { Mac } from '../model/mac.ts';

/** Valid on one link or inside this host only: no router leads here. */
const local: readonly Prefix[] = ['169.254.0.0/16', '127.0.0.0/8', 'fe80::/10', '::1/128'] as Prefix[];

/**
 * `from A lookup T priority T` for every address that is on a secondary and that neither metadata nor a lease gives it: a
 * virtual address of keepalived or the cloud (VRRP, HaVip), a person's, a temporary IPv6 address (RFC 8981). Deprecated and
 * tentative ones are included: connections of the former go on, and the latter is in use a second later. Left out are
 * link-local addresses, one that we set and that is about to be removed (`own`), one that another machine holds (`dadfailed`), one that is on another link too or that belongs to another NIC
 * (the rule would move that NIC's replies), and a family of which the NIC has no table, or whose lease is still awaited. Pure.
 */
export function unlistedRules(
  kernel: Pick<KernelState, 'addresses'>,
  network: Pick<DesiredNetwork, 'primary' | 'secondaries'>,
  own: ReadonlyMap<Mac, readonly Address[]>,
): readonly PolicyRule[] {
  const listed = new Set<Address>(families.flatMap((family) => network.primary[family]?.addresses ?? []));
  for (const address of network.primary.further ?? []) listed.add(address);
  for (const nic of network.secondaries) for (const address of addressesOf(nic)) listed.add(address);
  const rules = network.secondaries.flatMap((nic) =>
    kernel.addresses
      .filter((entry) => entry.link === nic.name && !listed.has(entry.address) && isServed(entry, nic))
      .filter(({ address }) => own.get(nic.mac)?.includes(address) !== true)
      .filter(({ address, link }) => isOnlyOn(link, address, kernel))
      .map(({ family, address }): PolicyRule => {
        const { table } = nic;
        const from = hostPrefix(address);
        return { family, priority: table, from, to: null, table, suppressPrefixLength: null };
      }),
  );
  return rules.filter(({ from }, index) => rules.findIndex((other) => other.from === from) === index);
}

function addressesOf(nic: DesiredInterface): readonly Address[] {
  return families.flatMap((family) => {
    const own = nic[family];
    return own === null ? [] : [...(own.address === null ? [] : [own.address]), ...own.further];
  });
}

function isServed({ family, address, flags }: KernelAddress, nic: DesiredInterface): boolean {
  const own = nic[family];
  const hasTable = nic.rules.some((rule) => rule.family === family && rule.to === null);
  if (own === null || own.address === null || !hasTable || flags.includes('dadfailed')) return false;
  const isDelegated = own.prefixes.some((prefix) => contains(prefix, address)); // it has a rule already
  return !isDelegated && !local.some((range) => contains(range, address));
}

function isOnlyOn(link: string, address: Address, kernel: Pick<KernelState, 'addresses'>): boolean {
  return kernel.addresses.every((entry) => entry.link === link || entry.address !== address);
}
