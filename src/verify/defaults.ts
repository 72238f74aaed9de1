import { devicesOf, isMainDefault } from '../kernel/default-routes.ts';
import { contains, type Family, families } from '../model/address.ts';
import type { DesiredInterface, DesiredPrimary } from '../model/desired.ts';
import type { Difference, IpCommand } from '../model/difference.ts';
import { type KernelRoute, type KernelState, mainTable } from '../model/kernel.ts';
import type { Comparison } from './comparison.ts';
import { isMatch } from './routes.ts';

/** True when main has a default of the family with a way by something else than a secondary. */
export function hasOtherDefault(
  family: Family,
  kernel: KernelState,
  secondaries: readonly Pick<DesiredInterface, 'name'>[],
): boolean {
  const names = new Set(secondaries.map((nic) => nic.name));
  return defaults(family, kernel).some((route) => devicesOf(route).some((device) => !names.has(device)));
}

/**
 * Sets the primary's default in main beside what is there: appended, since `add` is refused and `replace` is not seen
 * where another default has the same metric. Null where its gateway is not known.
 */
export function primaryDefault(
  family: Family,
  kernel: KernelState,
  primary: DesiredPrimary,
): IpCommand | null {
  const gateway = primary[family]?.gateway ?? null;
  if (gateway === null) return null;
  const isReachable =
    gateway.startsWith('fe80:') ||
    kernel.routes.some(
      (route) =>
        route.family === family &&
        route.table === mainTable &&
        route.device === primary.name &&
        route.via === null &&
        contains(route.destination, gateway),
    );
  const line = `route append default via ${gateway} dev ${primary.name}${isReachable ? '' : ' onlink'}`;
  return { family, line };
}

/**
 * A default that a secondary had taken before the change under way and that went with it, as on network-scripts
 * where `ifdown eth1` leaves none. A machine that had no default is left without one.
 */
export function takenDefaults({ kernel, network, context }: Comparison): readonly Difference[] {
  const { before, gone } = context;
  if (before === undefined) return [];
  const managed = [...network.secondaries, ...gone];
  return families.flatMap((family): readonly Difference[] => {
    const isAlone = [before, kernel].every((look) => !hasOtherDefault(family, look, managed));
    const [former] = unwanted(family, before, network.secondaries);
    if (!isAlone || former === undefined || unwanted(family, kernel, network.secondaries).length > 0)
      return [];
    const mend = primaryDefault(family, kernel, network.primary);
    const text = `main has no default route since ${former.spec} went`;
    return mend === null ? [] : [{ kind: 'default-stolen', mac: null, text, mend: [mend] }];
  });
}

/** The defaults but those that the configuration asks for (`default_route: metric`). */
function unwanted(
  family: Family,
  kernel: KernelState,
  secondaries: readonly DesiredInterface[],
): readonly KernelRoute[] {
  const wanted = secondaries.flatMap((nic) => nic.routes);
  return defaults(family, kernel).filter((route) => !wanted.some((entry) => isMatch(route, entry)));
}

function defaults(family: Family, kernel: KernelState): readonly KernelRoute[] {
  return kernel.routes.filter((route) => route.family === family && isMainDefault(route));
}

/**
 * True for what a lease or an advertisement brought in a family of which the primary has nothing. Nobody asked for that
 * way out, and the next machine with such a NIC would not have it: its going is no loss, though it is the last.
 */
export function isStray({ family, protocol }: KernelRoute, primary: DesiredPrimary): boolean {
  return primary[family] === null && ['dhcp', 'ra', 'kernel'].includes(protocol ?? '');
}
