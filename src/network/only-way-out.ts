import { devicesOf, isMainDefault } from '../kernel/default-routes.ts';
import { families } from '../model/address.ts';
import type { DesiredPrimary } from '../model/desired.ts';
import type { KernelRoute } from '../model/kernel.ts';
import type { Mac } from '../model/mac.ts';
import type { DesireInput } from './desire.ts';

/** Routes that nobody configured: a router advertised them, and the kernel or a daemon took them. */
const advertised: ReadonlySet<string | null> = new Set(['ra', 'kernel']);

/**
 * Why a NIC must stay as it is: it alone has the default route of a family. Its distribution may know the primary by name
 * and have brought this one up instead, after a boot with swapped names; or the metadata may name the wrong primary. It
 * gives the route up once the primary is up in that family and, where enid did not configure the NIC before, once enough
 * reads agreed on the primary. A family that the primary does not have is no reason: what a lease or an advertisement
 * brought there nobody asked for. Null: the NIC may be configured.
 */
export function onlyWayOut(
  nic: { readonly name: string; readonly mac: Mac },
  primary: DesiredPrimary,
  input: Pick<DesireInput, 'kernel' | 'config' | 'state' | 'primaryAgreed'>,
): string | null {
  const { kernel, config, state, primaryAgreed } = input;
  const up = families.filter((family) =>
    kernel.addresses.some(
      (entry) => entry.link === primary.name && entry.scope === 'global' && entry.family === family,
    ),
  );
  const isWorse = ({ metric }: KernelRoute) => metric >= config.tableBase && metric <= config.tableBase + 999;
  for (const family of families) {
    const ways = kernel.routes.filter(
      (route) => route.family === family && isMainDefault(route) && !route.dead && !isWorse(route),
    );
    const [way] = ways;
    if (way === undefined || !ways.flatMap(devicesOf).every((device) => device === nic.name)) continue;
    const is = `and the default route is ${way.spec}`;
    if (up.length === 0) return `the primary ${primary.name} has no address, ${is}`;
    if (primary[family] === null) continue;
    if (!up.includes(family)) {
      if (ways.every((route) => advertised.has(route.protocol))) continue;
      return `the primary ${primary.name} has no ${family === 'ipv4' ? 'IPv4' : 'IPv6'} address, ${is}`;
    }
    if (!primaryAgreed && !state.names.has(nic.mac)) {
      return `one read alone names ${primary.name} as the primary, ${is}`;
    }
  }
  return null;
}
