import type { Claim, ClaimedFile } from '../model/claim.ts';
import type { Link } from '../model/kernel.ts';
import { type Mac, printable } from '../model/mac.ts';
import { ok, type Result } from '../model/problem.ts';
import type { Stack } from '../model/stack.ts';
import type { State } from '../model/state.ts';
import type { Files } from '../ports/files.ts';
import type { Ports } from '../ports/ports.ts';
import { findCniOwners } from './claims/cni.ts';
import { findIfcfg, findSuseIfcfg, findWickedXml } from './claims/ifcfg.ts';
import { findStanzas } from './claims/interfaces.ts';
import { findKeyfiles } from './claims/keyfile.ts';
import { findNetplan } from './claims/netplan.ts';
import { findNetworkFiles } from './claims/networkd.ts';
import { type FileFinder, isPersonal, type NicFile } from './claims/personal.ts';
import { sameMac } from './nic-pattern.ts';

/**
 * NICs that somebody else configures, with the file that says so: a container network plug-in, or a person's file or
 * profile for exactly that NIC, in any place that the stack in charge reads. Where a file names a MAC, the MAC decides. A file for a NIC that is
 * not here claims one only by standing at the path where this one's file has to be; it may be adopted. What a person is not answerable for does not
 * count: files of ours and of cloud-init, /run, /usr/lib, profiles in memory, wildcards (design section 4).
 * The primary is listed like any other NIC. Errors: `file-unreadable`: then nobody knows whose a NIC is.
 */
export async function findClaims(
  ports: Pick<Ports, 'files'>,
  stack: Stack,
  links: readonly Link[],
  state: Pick<State, 'files'>,
): Promise<Result<ReadonlyMap<Mac, Claim>>> {
  const [owners, ...answers] = await Promise.all([
    findCniOwners(ports.files),
    ...findersOf(stack).map((find) => find(ports.files)),
  ]);
  if (!owners.ok) return owners;
  const personal: NicFile[] = [];
  for (const answer of answers) {
    if (!answer.ok) return answer;
    personal.push(...answer.value.filter((file) => isPersonal(file, state.files)));
  }
  const claims = new Map<Mac, Claim>();
  for (const link of carriers(links)) {
    if (link.mac === null || claims.has(link.mac)) continue;
    const owner = owners.value.find((one) => one.takes(link));
    const claim = owner === undefined ? await claimOfPerson(ports.files, personal, link, stack, links) : null;
    if (owner !== undefined) claims.set(link.mac, { by: 'cni', where: owner.where });
    else if (claim !== null) claims.set(link.mac, claim);
  }
  return ok(claims);
}

/** A link to a file somewhere else is never removed: nobody knows what else it serves. */
async function claimOfPerson(
  files: Files,
  personal: readonly NicFile[],
  link: Link,
  stack: Stack,
  links: readonly Link[],
): Promise<Claim | null> {
  const found: (ClaimedFile & Pick<Claim, 'why'>)[] = [];
  for (const file of personal) {
    const isFor = file.names(link);
    if (!isFor && file.path !== pathByName(stack, link)) continue;
    const target = await files.linkTarget(file.path);
    const isFile = target.ok && target.value === null;
    // Nobody else is configured by a file that waits for a NIC which is not here.
    const whole = isFor ? file.isOnlyFor(link) : links.every(({ mac }) => !sameMac(file.byMac ?? '', mac));
    found.push({ path: file.path, whole: isFile && whole, ...(isFor ? {} : { why: inTheWay(file) }) });
  }
  const [first] = found;
  if (first === undefined) return null;
  const why = first.why === undefined ? {} : { why: first.why };
  return {
    by: 'person',
    where: first.path,
    files: found.map(({ path, whole }) => ({ path, whole })),
    ...why,
  };
}

/** Where the file of a NIC has to stand, as the stack looks for it by the link's name; null: wherever it is put. */
function pathByName({ format }: Stack, { name }: Link): string | null {
  return format === 'ifcfg' || format === 'ifcfg-nm' ? `/etc/sysconfig/network-scripts/ifcfg-${name}` : null;
}

function inTheWay({ byMac = '' }: NicFile): string {
  return `it is for a NIC with MAC ${printable(byMac)}, and stands where the file of this one has to be`;
}

/** VLANs, macvlans and bridges may bear the MAC of the NIC below: a file for one of those says nothing of the NIC. */
function carriers(links: readonly Link[]): readonly Link[] {
  const devices = new Set(links.filter((link) => link.hasDevice).map((link) => link.mac));
  return links.filter((link) => link.hasDevice || !devices.has(link.mac));
}

/** The places that a stack takes configuration from. */
function findersOf({ id, renderer }: Stack): readonly FileFinder[] {
  switch (id) {
    case 'netplan':
      return [findNetplan, renderer === 'networkmanager' ? findKeyfiles : findNetworkFiles];
    case 'networkmanager':
      return [findKeyfiles, findIfcfg];
    case 'networkd':
      return [findNetworkFiles];
    case 'wicked':
      return [findSuseIfcfg, findWickedXml];
    case 'sysconfig':
      return [findSuseIfcfg];
    case 'network-scripts':
      return [findIfcfg];
    case 'ifupdown':
      return [findStanzas];
    case 'none':
      return [];
  }
}
