import type { Address, Prefix } from '../model/address.ts';
import type { DesiredInterface, DesiredNetwork, PolicyRule, ReplicatedRoute } from '../model/desired.ts';
import type { KernelState, Link } from '../model/kernel.ts';
import type { Mac } from '../model/mac.ts';
import type { GoneInterface } from '../model/step.ts';
import { isOwnSource, sourcesByTable } from './own-sources.ts';

/** What the comparison needs beyond the kernel and the desired network. */
export interface DifferenceContext {
  /** NICs that left or are no longer ours: what is left of them is surplus. */
  readonly gone: readonly GoneInterface[];
  /** Every slot that state.json knows, also of NICs that are neither desired nor gone at the moment. */
  readonly slots: ReadonlyMap<Mac, number>;
  readonly tableBase: number;
  /** What we set at the band's shared numbers and in its tables (`State.commons`): nothing else there is ever surplus. */
  readonly commons?: readonly string[];
  /** What we set of each NIC (`State.addresses`, `State.sources`): no other address or rule of it is ever surplus. */
  readonly addresses?: ReadonlyMap<Mac, readonly Address[]>;
  readonly sources?: ReadonlyMap<Mac, readonly Prefix[]>;
  /** The rules of addresses that are on a secondary and that the metadata does not list. */
  readonly unlisted?: readonly PolicyRule[];
  /**
   * The kernel before the change under way, if there is one: whose default it was that is gone.
   */
  readonly before?: KernelState;
  /** The routes of main that the NICs' tables should repeat. */
  readonly mirrored: readonly ReplicatedRoute[];
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
  /** By table of every slot, the sources of the rules that are ours. */
  readonly sources: ReadonlyMap<number, ReadonlySet<Prefix>>;
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
  const sources = sourcesByTable(network, context);
  const tables = new Set([...slots.values()].map((slot) => tableBase + slot));
  const waiting = kernel.rules.some(
    (rule) =>
      isOwnSource(rule, tableBase, sources) && tables.has(rule.table ?? 0) && !owners.has(rule.table ?? 0),
  );
  const present = network.secondaries.filter(
    (nic) => linkOf(nic, kernel) !== undefined || parentOf(nic, kernel) !== undefined,
  );
  const commons = new Set(context.commons);
  return { kernel, network, context, present, owners, commons, sources, waiting };
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
