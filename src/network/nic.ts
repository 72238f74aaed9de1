import { adoptionObstacle, type Claim } from '../model/claim.ts';
import type { Config } from '../model/config.ts';
import { globMatches } from '../model/glob.ts';
import type { InstanceInterface } from '../model/instance.ts';
import { type KernelState, type Link, mainTable } from '../model/kernel.ts';
import type { Mac } from '../model/mac.ts';
import type { Reason } from '../model/reason.ts';

/** What became of one NIC of the metadata: the link to configure, or why there is none. */
export type Finding =
  | { readonly link: Link; readonly reason: null }
  | { readonly link: Link | null; readonly reason: Reason; readonly detail: string };

/**
 * The link that carries the primary's MAC. Bond members and VLANs share it (Huawei BMS: eth0 and eth1 have bond0's),
 * so members are passed over, and among the rest the holder of the default route wins.
 */
export function findPrimary(mac: Mac, kernel: KernelState): Link | undefined {
  const free = kernel.links.filter(
    (link) => link.mac === mac && link.type === 'ether' && link.master === null,
  );
  const holders = new Set(
    kernel.routes
      .filter((route) => route.table === mainTable && route.destination.endsWith('/0'))
      .map((route) => route.device),
  );
  return free.find((link) => holders.has(link.name)) ?? free.find((link) => link.kind === null) ?? free[0];
}

/** Decides whether a NIC of the metadata is ours to configure (design section 4). */
export function findNic(
  nic: InstanceInterface,
  links: readonly Link[],
  claims: ReadonlyMap<Mac, Claim>,
  config: Config,
): Finding {
  const carriers = links.filter((link) => link.mac === nic.mac && link.type === 'ether');
  const link = pickCarrier(carriers);
  if (carriers.length === 0) return { link: null, reason: 'not-in-kernel', detail: 'no link has this MAC' };
  if (link === undefined) {
    const names = carriers.map((carrier) => carrier.name).join(', ');
    return { link: null, reason: 'shared-mac', detail: `${names} all have this MAC` };
  }
  const excludedBy = config.interfaces.exclude.find((pattern) => matches(pattern, link, nic.id));
  if (excludedBy !== undefined)
    return { link, reason: 'excluded', detail: `interfaces.exclude: ${excludedBy}` };
  if (link.master !== null) return { link, reason: 'bonded', detail: `a member of ${link.master}` };
  if (nic.bond !== undefined && link.kind !== 'bond')
    return {
      link,
      reason: 'bonded',
      detail: 'the metadata describes a bond of it, which is not built (yet)',
    };
  const included = config.interfaces.include.some((pattern) => matches(pattern, link, nic.id));
  const hasParent = nic.vlan !== null && link.kind === 'vlan';
  if (!link.hasDevice && !hasParent && !included) {
    return { link, reason: 'not-included', detail: `a ${link.kind ?? 'virtual'} link without a device` };
  }
  const claim = claims.get(nic.mac);
  if (claim?.by === 'cni' && !included) return { link, reason: 'cni', detail: claim.where };
  if (claim?.by === 'person') {
    const where = claim.why === undefined ? claim.where : `${claim.where}: ${claim.why}`;
    const obstacle = config.conflict === 'skip' ? where : adoptionObstacle(claim);
    if (obstacle !== null) return { link, reason: 'unmanaged', detail: obstacle };
  }
  return { link, reason: null };
}

/** True when a pattern of `interfaces.exclude` or `include` names this NIC: a glob of its name, its MAC or its id. */
export function matches(pattern: string, link: Pick<Link, 'name' | 'mac'>, id: string | null): boolean {
  const lower = pattern.toLowerCase();
  if (lower === link.mac || pattern === id) return true;
  return globMatches(pattern, link.name);
}

/** One plain NIC among the links with a MAC: macvlans, VLANs and SR-IOV twins carry their parent's. */
export function pickCarrier(carriers: readonly Link[]): Link | undefined {
  if (carriers.length < 2) return carriers[0];
  const free = carriers.filter((link) => link.master === null);
  const plain = free.filter((link) => link.hasDevice || link.kind === 'bond');
  const chosen = plain.length > 0 ? plain : free;
  return chosen.length === 1 ? chosen[0] : undefined;
}
