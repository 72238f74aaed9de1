import type { Distro, FormatId, Stack, StackId, Version } from '../model/stack.ts';

/**
 * What is known beforehand about the releases of one distribution that share a network stack. Used where there is no
 * machine to ask (`enid render --os`); on a machine what is running decides, never this table.
 */
export interface System {
  /** os-release ID (lower case) to the name for people. */
  readonly names: Readonly<Record<string, string>>;
  /** The VERSION_IDs it stands for. */
  readonly versions: readonly VersionRange[];
  /** A VERSION_ID of the range, for lists and goldens. */
  readonly example: string;
  readonly family: Distro['family'];
  /** The one that the vendor's page names, or that the distribution starts by default where the page is silent. */
  readonly stack: StackId;
  /** Other stacks that images of these releases are known to come with. */
  readonly alternatives: readonly StackId[];
  /** What NetworkManager reads there by default: facts differ by the plug-in `ifcfg-rh`. */
  readonly profiles: Extract<FormatId, 'keyfile' | 'ifcfg-nm'>;
  readonly init: Stack['init'];
  /** Versions the releases ship; null where the software is not in them or not known. */
  readonly ships: Stack['versions'];
  /** The client that ifupdown, network-scripts or SLES 11's scripts start. */
  readonly dhcpClient: Stack['dhcpClient'];
  /** Of the distribution's own /etc/network/interfaces; null where there is no ifupdown. */
  readonly include: Stack['include'];
  readonly networkScripts: boolean;
}

/** From `from` up to, not including, `below`. */
export interface VersionRange {
  readonly from: Version;
  readonly below: Version;
}

/** The versions of the numbered releases `first`.x. */
export function release(first: number): VersionRange {
  return { from: [first], below: [first + 1] };
}
