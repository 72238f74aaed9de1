import { addressBits, families, prefixOf, splitPrefix } from '../model/address.ts';
import type { Difference, IpCommand } from '../model/difference.ts';
import { type KernelAddress, type KernelState, mainTable } from '../model/kernel.ts';
import { removeAddress } from './commands.ts';
import type { Comparison } from './comparison.ts';

/**
 * What a primary lacks that was configured as a secondary, when another NIC was taken for the primary: its own address
 * with the length of its subnet, which enid made a host prefix, and the route to that subnet in main. Only where enid
 * configured it; a primary that enid never touched is as its owner wants it.
 */
export function restoredPrimary({ kernel, network, context }: Comparison): readonly Difference[] {
  const { primary } = network;
  if (!context.gone.some(({ mac }) => mac === primary.mac)) return [];
  return families.flatMap((family): readonly Difference[] => {
    const own = primary[family];
    const [first] = own?.addresses ?? [];
    if (first === undefined || own === null || own.subnet === null) return [];
    const { length } = splitPrefix(own.subnet);
    const held = kernel.addresses.filter((entry) => entry.link === primary.name && entry.address === first);
    const whole = held.find((entry) => entry.prefixLength !== addressBits[family]);
    const host = held.find((entry) => entry.prefixLength === addressBits[family]);
    if (whole !== undefined) return missingSubnet(whole, kernel);
    if (host === undefined || host.flags.includes('dynamic') || length === addressBits[family]) return [];
    const text = `address ${first} is set with /${host.prefixLength} on ${primary.name} instead of /${length}`;
    const dad = family === 'ipv6' ? ' nodad' : '';
    const set = { family, line: `address replace ${first}/${length} dev ${primary.name}${dad}` };
    // IPv6 has an address once only.
    const mend = family === 'ipv4' ? [set, removeAddress(host)] : [removeAddress(host), set];
    return [{ kind: 'address-missing', mac: primary.mac, text, mend }];
  });
}

/** The kernel makes this route with the address, and enid had taken it out of main. */
function missingSubnet(
  { family, address, prefixLength, link, flags }: KernelAddress,
  kernel: KernelState,
): readonly Difference[] {
  const destination = prefixOf(address, prefixLength);
  const isThere = kernel.routes.some(
    (route) => route.table === mainTable && route.device === link && route.destination === destination,
  );
  if (isThere || flags.includes('noprefixroute')) return [];
  const source = family === 'ipv4' ? ` scope link src ${address}` : ' metric 256';
  const mend: readonly IpCommand[] = [
    { family, line: `route append ${destination} dev ${link} proto kernel${source}` },
  ];
  const text = `route ${destination} dev ${link} in main is missing`;
  return [{ kind: 'route-missing', mac: null, text, mend }];
}
