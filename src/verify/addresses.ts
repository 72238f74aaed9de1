import { type Address, addressBits, type Family, families, familyOf } from '../model/address.ts';
import type { DesiredFamily, DesiredInterface } from '../model/desired.ts';
import type { Difference } from '../model/difference.ts';
import type { KernelAddress, KernelState } from '../model/kernel.ts';
import type { Mac } from '../model/mac.ts';
import { removeAddress, setAddress } from './commands.ts';
import type { Comparison } from './comparison.ts';
import { hasOwnAddress } from './leases.ts';

/**
 * Addresses that are missing, that stand with a wrong prefix length, or that we set and nobody wants any more.
 *
 * A DHCP family's own address counts with any length, and only the lease can bring it: no mend. Where it is not known
 * beforehand, any address that a lease may have brought will do. One that another machine holds is a conflict. An address of a
 * static family is ours to set as a host prefix; with another length it is corrected, unless a lease or an
 * advertisement keeps it (`dynamic`). Surplus is only what we remember having set (`State.addresses`): another
 * address is somebody else's, whatever its length and whatever rule names it (keepalived sets host prefixes).
 */
export function addressDifferences(compared: Comparison): readonly Difference[] {
  const { present, kernel, context } = compared;
  const desired = present.flatMap((nic) =>
    families.flatMap((family) => [
      ...wantedDifferences(nic, family, kernel),
      ...surplusDifferences(nic, family, compared),
    ]),
  );
  const gone = context.gone
    .filter((nic) => nic.present && nic.isMade !== true && nic.name !== '')
    .filter((nic) => nic.mac !== compared.network.primary.mac)
    .flatMap((nic) => ownAddresses(nic, compared).map((entry) => surplus(entry, nic.mac)));
  return [...desired, ...gone, ...primaryDifferences(compared)];
}

/** `manage_primary`: further addresses that are missing on the primary, and those we set there that nobody wants any more. */
function primaryDifferences({ network, kernel, context }: Comparison): readonly Difference[] {
  const { name, mac, further = [] } = network.primary;
  const held = kernel.addresses.filter((entry) => entry.link === name);
  const missing = further
    .filter((address) => held.every((entry) => entry.address !== address))
    .map((address): Difference => {
      const mend = [setAddress({ family: familyOf(address), address, link: name })];
      return { kind: 'address-missing', mac, text: `address ${address} is missing on ${name}`, mend };
    });
  const unwanted = (context.onPrimary ?? []).filter((address) => !further.includes(address));
  const left = held.filter(
    (entry) => unwanted.includes(entry.address) && entry.prefixLength === addressBits[entry.family],
  );
  return [...missing, ...left.map((entry) => surplus(entry, mac))];
}

function wantedDifferences(
  nic: DesiredInterface,
  family: Family,
  kernel: KernelState,
): readonly Difference[] {
  const own = nic[family];
  if (own === null) return [];
  const found = wantedAddresses(own).flatMap((address): readonly Difference[] => {
    const held = kernel.addresses.filter((entry) => entry.link === nic.name && entry.address === address);
    const byLease = own.method === 'dhcp' && address === own.address;
    const text = `address ${address} is missing on ${nic.name}`;
    const common = { mac: nic.mac, kind: 'address-missing' as const };
    if (held.length === 0) {
      if (byLease) return [{ ...common, text: `${text}: no lease`, mend: [] }];
      return [{ ...common, text, mend: [setAddress({ family, address, link: nic.name })] }];
    }
    if (held.every((entry) => entry.flags.includes('dadfailed'))) {
      const taken = `another machine has address ${address} of ${nic.name} (duplicate address detection)`;
      return [{ kind: 'address-conflict', mac: nic.mac, text: taken, mend: [] }];
    }
    return own.method === 'static' ? wrongLength(nic, held) : [];
  });
  const isLate = own.method === 'dhcp' && own.address === null && !hasOwnAddress(nic, family, kernel);
  return isLate ? [noLease(nic, family), ...found] : found;
}

function noLease(nic: DesiredInterface, family: Family): Difference {
  const text = `${nic.name} has no ${familyName[family]} address: no lease yet`;
  return { kind: 'address-missing', mac: nic.mac, text, mend: [] };
}

/** IPv4 can hold both for a moment, so that routes with it as source stay; IPv6 holds an address once only. */
function wrongLength(nic: DesiredInterface, held: readonly KernelAddress[]): readonly Difference[] {
  const bits = (entry: KernelAddress): number => addressBits[entry.family];
  const right = held.some((entry) => entry.prefixLength === bits(entry));
  const wrong = held.filter(
    (entry) => entry.prefixLength !== bits(entry) && !entry.flags.includes('dynamic'),
  );
  return wrong.map((entry) => {
    const set = right ? [] : [setAddress(entry)];
    const mend =
      entry.family === 'ipv4' ? [...set, removeAddress(entry)] : [removeAddress(entry), setAddress(entry)];
    const text = `address ${entry.address} is set with /${entry.prefixLength} on ${nic.name} instead of /${bits(entry)}`;
    return { kind: 'address-surplus', mac: nic.mac, text, mend };
  });
}

function surplusDifferences(
  nic: DesiredInterface,
  family: Family,
  compared: Comparison,
): readonly Difference[] {
  const own = nic[family];
  if (own?.method === 'dhcp' && own.address === null) return []; // what we remember may be the lease
  const wanted = new Set(own === null ? [] : wantedAddresses(own));
  return ownAddresses(nic, compared)
    .filter((entry) => entry.family === family && !wanted.has(entry.address))
    .map((entry) => surplus(entry, nic.mac));
}

/** The host prefixes on a NIC that we set. */
function ownAddresses(
  { name, mac }: Pick<DesiredInterface, 'name' | 'mac'>,
  { kernel, context }: Comparison,
): readonly KernelAddress[] {
  const own = new Set(context.addresses?.get(mac));
  return kernel.addresses.filter(
    (entry) =>
      entry.link === name &&
      entry.prefixLength === addressBits[entry.family] &&
      entry.scope === 'global' &&
      !entry.flags.some((flag) => flag === 'dynamic' || flag === 'temporary') &&
      own.has(entry.address),
  );
}

function surplus(entry: KernelAddress, mac: Mac): Difference {
  const text = `address ${entry.address} is left on ${entry.link}`;
  return { kind: 'address-surplus', mac, text, mend: [removeAddress(entry)] };
}

const familyName: Readonly<Record<Family, string>> = { ipv4: 'IPv4', ipv6: 'IPv6' };

function wantedAddresses(own: DesiredFamily): readonly Address[] {
  return own.address === null ? own.further : [own.address, ...own.further];
}
