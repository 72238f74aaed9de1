import { formOf } from '../kernel/band.ts';
import type { Address } from '../model/address.ts';
import type { DesiredInterface, DesiredNetwork, PolicyRoute } from '../model/desired.ts';
import type { KernelState, Link } from '../model/kernel.ts';
import type { Mac } from '../model/mac.ts';
import type { GoneInterface } from '../model/step.ts';

/** What the comparison needs beyond the kernel and the desired network. */
export interface DifferenceContext {
  /** NICs that left or are no longer ours: what is left of them is surplus. */
  readonly gone: readonly GoneInterface[];
  /** Every slot that state.json knows, also of NICs that are neither desired nor gone at the moment. */
  readonly slots: ReadonlyMap<Mac, number>;
  readonly tableBase: number;
  /** What we set at the band's shared numbers (`State.commons`): nothing else there is ever surplus. */
  readonly commons?: readonly string[];
  /**
   * The kernel before the change under way, if there is one: whose default it was that is gone.
   */
  readonly before?: KernelState;
  /** The routes of local virtual networks that the NICs' tables should repeat. */
  readonly mirrored: readonly PolicyRoute[];
  /** Addresses that we set on the primary before (`State.primaryAddresses`). */
  readonly onPrimary?: readonly Address[];
  /**
   * Current values of sysctls by key with slashes; null where the kernel has no such key. Keys that are not in the
   * map were not looked at.
   */
  readonly sysctls?: ReadonlyMap<string, string | null>;
}

/** One comparison: the input and what follows from it. */
export interface Comparison {
  readonly kernel: KernelState;
  readonly network: DesiredNetwork;
  readonly context: DifferenceContext;
  /** The desired NICs that the kernel has, and VLANs that are to be made. */
  readonly present: readonly DesiredInterface[];
  /** By table, the MAC of the NIC that is desired or gone: what is in these tables we may take away. */
  readonly owners: ReadonlyMap<number, Mac>;
  readonly commons: ReadonlySet<string>;
  /**
   * A NIC with a slot still has rules but is neither desired nor gone (its metadata is late, say). What serves several
   * NICs, guards and the primary's table, is then left as it is.
   */
  readonly waiting: boolean;
}

export function comparison(
  kernel: KernelState,
  network: DesiredNetwork,
  context: DifferenceContext,
): Comparison {
  const { gone, slots, tableBase } = context;
  const owners = new Map<number, Mac>();
  for (const nic of [...gone, ...network.secondaries]) owners.set(nic.table, nic.mac);
  const tables = new Set([...slots.values()].map((slot) => tableBase + slot));
  const waiting = kernel.rules.some((rule) => {
    const { table } = rule;
    if (table === null || formOf(rule, tableBase) !== 'source') return false;
    return tables.has(table) && !owners.has(table);
  });
  const present = network.secondaries.filter(
    (nic) => linkOf(nic, kernel) !== undefined || parentOf(nic, kernel) !== undefined,
  );
  const commons = new Set(context.commons);
  return { kernel, network, context, present, owners, commons, waiting };
}

/** The link of a NIC: by name, and it must carry the NIC's MAC. */
export function linkOf(nic: Pick<DesiredInterface, 'name' | 'mac'>, kernel: KernelState): Link | undefined {
  return kernel.links.find((link) => link.name === nic.name && link.mac === nic.mac);
}

/** The parent of a VLAN that is not there yet and whose name is free. */
export function parentOf(nic: DesiredInterface, kernel: KernelState): Link | undefined {
  if (nic.vlan === null || kernel.links.some((link) => link.name === nic.name)) return undefined;
  const { parent } = nic.vlan;
  return kernel.links.find((link) => link.name === parent);
}
