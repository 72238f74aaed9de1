import { formOf } from '../kernel/band.ts';
import type { Prefix } from '../model/address.ts';
import type { DesiredNetwork } from '../model/desired.ts';
import type { InstanceNetwork } from '../model/instance.ts';
import type { KernelState } from '../model/kernel.ts';
import type { Mac } from '../model/mac.ts';
import type { Reason } from '../model/reason.ts';
import type { State } from '../model/state.ts';
import type { GoneInterface } from '../model/step.ts';

/** Reasons that hand a NIC to somebody else: what we wrote for it goes. The rest are troubles, and keep their files. */
const handedOver: ReadonlySet<Reason> = new Set<Reason>([
  'excluded',
  'not-included',
  'unmanaged',
  'cni',
  'bonded',
]);

/** A rule of ours for a NIC that was detached in a moment when it could not be seen, or set again since. */
function isLeftOver(
  table: number,
  kernel: KernelState,
  base: number,
  sources: readonly Prefix[] = [],
): boolean {
  return kernel.rules.some(
    (rule) =>
      rule.table === table &&
      formOf(rule, base) === 'source' &&
      rule.from !== null &&
      sources.includes(rule.from),
  );
}

export interface Departure {
  readonly state: Pick<State, 'files' | 'names' | 'sources'>;
  readonly slots: ReadonlyMap<Mac, number>;
  readonly instance: InstanceNetwork;
  readonly kernel: KernelState;
  readonly network: DesiredNetwork;
  /** MACs of links whose removal this process saw. */
  readonly removed: ReadonlySet<Mac>;
  /** NICs of which nobody can say whether they are listed; see `Overlaid`. */
  readonly waiting: ReadonlySet<Mac>;
  readonly base: number;
}

/**
 * The NICs whose configuration is taken away (design section 5): the kernel removed the link, or believed metadata
 * no longer lists it, it was handed to somebody else, or it is the primary. A link that is absent while metadata lists it keeps its
 * files: early in boot NICs are not there yet. A VLAN's link is of our own making and goes with its configuration.
 */
export function goneInterfaces(departure: Departure): readonly GoneInterface[] {
  const { state, slots, instance, kernel, network, removed, waiting, base } = departure;
  const desired = new Set(network.secondaries.map((nic) => nic.mac));
  const listed = new Set(instance.interfaces.map((nic) => nic.mac));
  const owning = new Set([...state.files.values()].map((file) => file.mac));
  const gone: GoneInterface[] = [];
  for (const [mac, slot] of slots) {
    const name = state.names.get(mac);
    if (desired.has(mac)) continue;
    const isLeft = isLeftOver(base + slot, kernel, base, state.sources.get(mac));
    if (name === undefined && !owning.has(mac) && !isLeft) continue;
    const link = kernel.links.find((entry) => entry.mac === mac && entry.type === 'ether');
    const aside = network.setAside.find((entry) => entry.mac === mac);
    const given = aside !== undefined && handedOver.has(aside.reason);
    const isListed = listed.has(mac) || waiting.has(mac);
    const left = link === undefined && (removed.has(mac) || !isListed);
    // The primary, once taken for a secondary: what enid set for it goes, and it is left to its distribution again.
    const isPrimary = mac === network.primary.mac;
    const unlisted = link !== undefined && !isListed && !isPrimary;
    if (!given && !left && !unlisted && !isPrimary) continue;
    const present = link !== undefined;
    const isMade = unlisted && link.kind === 'vlan' && link.name === name;
    gone.push({
      name: link?.name ?? name ?? '',
      mac,
      table: base + slot,
      present,
      ...(isMade ? { isMade } : {}),
    });
  }
  return gone;
}
