import { devicesOf, isMainDefault } from '../kernel/default-routes.ts';
import { type Address, type Family, families } from '../model/address.ts';
import type { DesiredNetwork } from '../model/desired.ts';
import type { IpCommand } from '../model/difference.ts';
import type { KernelState } from '../model/kernel.ts';
import type { State } from '../model/state.ts';
import { hasOtherDefault, primaryDefault } from '../verify/defaults.ts';

/** The default route of a family that the primary takes over from a secondary. */
export interface Takeover {
  readonly family: Family;
  /** The address of the primary that its way is proved with. */
  readonly source: Address;
  readonly gateway: Address;
  /** Sets the primary's default in main. */
  readonly command: IpCommand;
}

/**
 * The default routes that a plan takes from a NIC that enid did not configure, or gives back to a primary that was
 * configured as a secondary. A primary without an address of the family, or whose gateway is not known, takes over nothing.
 */
export function takeovers(
  kernel: KernelState,
  { names }: Pick<State, 'names'>,
  { primary, secondaries }: Pick<DesiredNetwork, 'primary' | 'secondaries'>,
): readonly Takeover[] {
  const foreign = new Set(secondaries.filter(({ mac }) => !names.has(mac)).map(({ name }) => name));
  return families.flatMap((family): readonly Takeover[] => {
    const command = primaryDefault(family, kernel, primary);
    const own = primary[family];
    const source = own?.addresses.find((address) =>
      kernel.addresses.some((entry) => entry.link === primary.name && entry.address === address),
    );
    if (command === null || source === undefined || own === null || own.gateway === null) return [];
    const holders = kernel.routes
      .filter((route) => route.family === family && isMainDefault(route))
      .flatMap(devicesOf);
    const isDue = holders.some((name) => foreign.has(name) || names.has(primary.mac));
    const isOnly = holders.length > 0 && !hasOtherDefault(family, kernel, secondaries);
    return isDue && isOnly ? [{ family, source, gateway: own.gateway, command }] : [];
  });
}
