import { contains, type Family, families, splitPrefix } from '../model/address.ts';
import type { InstanceInterface } from '../model/instance.ts';
import { defaultDestination, type KernelAddress, type KernelState } from '../model/kernel.ts';
import type { Learned, LearnedFamilies, Lease } from '../model/lease.ts';

/** What there is to learn from, for one family of one NIC. */
export interface Evidence {
  readonly family: Family;
  readonly device: string;
  readonly kernel: KernelState;
  /** What DHCP clients wrote down for this NIC. */
  readonly leases: readonly Lease[];
  /** What was learned before. */
  readonly remembered: LearnedFamilies | undefined;
}

/** The families of a NIC whose address or gateway only a lease can tell. */
export function askedOfLease(nic: InstanceInterface): readonly Family[] {
  return families.filter((family) => {
    const { dhcp, addresses, gateway } = nic[family];
    return dhcp && (addresses === null || addresses.length === 0 || gateway === null);
  });
}

/**
 * What the lease of a NIC says. The kernel is believed first: an address counts as leased while the link holds it, so an old
 * file, or one of a former NIC, says nothing; and a default that the lease brought into any table is its gateway. Files add the gateway where
 * the stack was told to keep it out. While no lease is there the former one holds: unknown is not empty. An IPv6 lease has an
 * address alone; its subnet and gateway are those of the router advertisements that the stack put into a table (RFC 8415, 18.2.10).
 */
export function learn(evidence: Evidence): Learned | null {
  const { family, remembered, leases } = evidence;
  const former = remembered?.[family] ?? null;
  const held = leasedAddresses(evidence);
  const named = (entry: KernelAddress) => leases.some((lease) => lease.address === entry.address);
  const own =
    held.find(named) ??
    held.find((entry) => entry.address === former?.address) ??
    held.find((entry) => entry.prefixLength === 128) ??
    held[0];
  if (own === undefined) return former;
  const written = leases.find((lease) => lease.address === own.address && lease.gateway !== null);
  const before = former?.address === own.address ? former : null;
  return {
    address: own.address,
    prefixLength:
      family === 'ipv4'
        ? subnetLength(own, evidence)
        : (onLink(own, evidence) ?? before?.prefixLength ?? null),
    gateway: gatewayInKernel(evidence) ?? written?.gateway ?? before?.gateway ?? null,
  };
}

/** A client that is kept from making a route to the subnet sets the address as /32; what the server said is in its file. */
function subnetLength({ address, prefixLength }: KernelAddress, { leases, remembered }: Evidence): number {
  if (prefixLength < 32) return prefixLength;
  const written = leases.find((lease) => lease.address === address && lease.prefixLength !== null);
  const before = remembered?.ipv4?.address === address ? remembered.ipv4 : null;
  return written?.prefixLength ?? before?.prefixLength ?? prefixLength;
}

/** The length of the subnet that is advertised as being on the link, whatever length the client gave to the address. */
function onLink({ address }: KernelAddress, { kernel, device }: Evidence): number | null {
  const lengths = kernel.routes
    .filter((route) => route.device === device && route.via === null && route.protocol === 'ra')
    .filter((route) => contains(route.destination, address))
    .map((route) => splitPrefix(route.destination).length);
  return lengths.length === 0 ? null : Math.max(...lengths);
}

/**
 * Addresses that a DHCP client set: global scope and, as the kernel marks limited lifetimes, dynamic; or named as the source
 * of a route with protocol dhcp, as systemd-networkd leaves it where it keeps a lease for ever (KeepConfiguration=dhcp); or
 * in the client's own file (old clients set no lifetime).
 */
function leasedAddresses({ kernel, device, family, leases }: Evidence): readonly KernelAddress[] {
  const isLeased = ({ address, flags }: KernelAddress): boolean =>
    flags.includes('dynamic')
      ? !flags.includes('mngtmpaddr')
      : leases.some((lease) => lease.address === address) ||
        kernel.routes.some(
          (route) => route.device === device && route.protocol === 'dhcp' && route.source === address,
        );
  return kernel.addresses.filter(
    (entry) =>
      entry.link === device && entry.family === family && entry.scope === 'global' && isLeased(entry),
  );
}

/** The protocols of the routes that a lease or an advertisement brought (ip-route(8)). */
const bringsGateway: Readonly<Record<Family, ReadonlySet<string | null>>> = {
  ipv4: new Set(['dhcp']),
  ipv6: new Set(['dhcp', 'ra']),
};

function gatewayInKernel({ kernel, device, family }: Evidence): Learned['gateway'] {
  const route = kernel.routes.find(
    (entry) =>
      entry.device === device &&
      bringsGateway[family].has(entry.protocol) &&
      entry.destination === defaultDestination[family],
  );
  return route?.via ?? null;
}
