import type { Answer } from '../kernel/ask.ts';
import { contains, familyOf } from '../model/address.ts';
import type { DesiredInterface, DesiredNetwork } from '../model/desired.ts';
import type { KernelState } from '../model/kernel.ts';
import { isInUse, type Way, type WayQuestion } from './ways.ts';

/** A way that led by one NIC and leads by another now, or nowhere. */
export interface Diversion {
  readonly question: WayQuestion;
  /** The devices; null: nowhere. */
  readonly before: string;
  readonly after: string | null;
}

/** What a change may do to ways: what it is made for. */
export interface Desired {
  readonly network: DesiredNetwork;
  /** Names of NICs that enid configured and gives up with this change. */
  readonly gone: readonly string[];
  readonly policyRouting: boolean;
  /** Names of secondaries that wait for a lease: their own replies cannot be right yet. */
  readonly waiting: ReadonlySet<string>;
}

/**
 * The ways of `before` that changed their NIC, of those that can be compared: a source that the machine lost, or a NIC that
 * it lost, is no way any more. What led nowhere could only be mended. Pure.
 */
export function diversions(
  before: readonly Way[],
  after: readonly Way[],
  kernel: KernelState,
): readonly Diversion[] {
  const held = new Set(kernel.addresses.filter(isInUse).map(({ address, link }) => `${address} ${link}`));
  const up = new Set(kernel.links.filter((link) => link.up).map(({ name }) => name));
  return before.flatMap(({ question, answer }, index): readonly Diversion[] => {
    const [was, is] = [deviceOf(answer), deviceOf(after[index]?.answer ?? answer)];
    const isHeld = question.from === undefined || held.has(`${question.from} ${question.link}`);
    if (was === null || was === is || !isHeld || !up.has(was)) return [];
    return [{ question, before: was, after: is }];
  });
}

function deviceOf(answer: Answer): string | null {
  return answer.reachable ? answer.device : null;
}

/**
 * True for a way that a change is made to move: replies of a secondary's own addresses to that secondary, new connections
 * into its subnet, and what a secondary had taken from the primary back to it. Pure.
 */
export function isDesired(diversion: Diversion, desired: Desired): boolean {
  const { question, after } = diversion;
  const { network, gone, policyRouting, waiting } = desired;
  const { link } = question;
  if (link !== null && gone.includes(link)) return true;
  const holder = network.secondaries.find(({ name }) => name === link);
  if (holder !== undefined) return after === link || !policyRouting || waiting.has(holder.name);
  if (link === network.primary.name && after === link && !isOutsideVpc(diversion.before, desired))
    return true;
  return (
    isIntoSubnet(diversion, desired) || isOfSecondary(diversion, desired) || isGivenBack(diversion, desired)
  );
}

/** An address of a secondary, or of a prefix delegated to it, that stands on a link of this machine's own making. */
function isOfSecondary({ question: { from, link }, after }: Diversion, desired: Desired): boolean {
  const nic = desired.network.secondaries.find(({ name }) => name === after);
  if (from === undefined || nic === undefined || !isOutsideVpc(link, desired)) return false;
  const own = nic[familyOf(from)];
  const isListed = own?.address === from || own?.further.includes(from) === true;
  return isListed || own?.prefixes.some((prefix) => contains(prefix, from)) === true;
}

/** What went by a secondary, or by a NIC that enid gives up, leads by the primary or by no NIC of the VPC again. */
function isGivenBack({ question, before, after }: Diversion, desired: Desired): boolean {
  const { primary, secondaries } = desired.network;
  const taker = secondaries.find(({ name }) => name === before);
  if (taker === undefined && !desired.gone.includes(before)) return false;
  const own = taker?.[familyOf(question.destination)] ?? null;
  const isItsSubnet = own !== null && own.subnet === question.subnet && !own.sharedWithPrimary;
  if (isItsSubnet && question.from === undefined)
    return !desired.policyRouting || desired.waiting.has(before);
  // An advertisement had brought a way out in a family of which the primary has nothing.
  const isStray = after === null && primary[familyOf(question.destination)] === null;
  return after === primary.name || isStray || isOutsideVpc(after, desired);
}

/** A link that is none of the machine's NICs: a bridge of containers, a tunnel. */
function isOutsideVpc(device: string | null, { network, gone }: Desired): boolean {
  const { primary, secondaries } = network;
  const nics = [primary.name, ...secondaries.map(({ name }) => name), ...gone];
  return device !== null && !nics.includes(device) && !network.setAside.some(({ name }) => name === device);
}

/** A new connection, or a packet that the rules for it are known to take along, to a peer in a secondary's subnet. */
function isIntoSubnet({ question, before, after }: Diversion, desired: Desired): boolean {
  const { from, destination, subnet } = question;
  const { network, policyRouting } = desired;
  const family = familyOf(destination);
  const members = network.secondaries.filter((nic) => subnet !== null && nic[family]?.subnet === subnet);
  if (!members.some(({ name }) => name === after) || isOutsideVpc(before, desired)) return false;
  if (members.some((nic) => nic[family]?.sharedWithPrimary === true)) return false;
  if (from === undefined || !policyRouting) return true;
  return members.some((nic) => takesAlong(nic, question));
}

/**
 * Where the rule into the subnet names no source it takes replies of others along, unless a rule before it keeps their
 * source on the primary: a limit of that form, which `status` and `doctor` tell.
 */
function takesAlong({ rules }: DesiredInterface, { from, destination }: WayQuestion): boolean {
  const covers = rules.filter(
    ({ to, suppressPrefixLength }) =>
      to !== null && suppressPrefixLength === null && contains(to, destination),
  );
  const first = covers.find(
    (rule) => rule.from === null || (from !== undefined && contains(rule.from, from)),
  );
  return first !== undefined && first.from === null;
}

/** For people, one sentence each, at most `limit` of them and how many more there are. */
export function describeDiversions(found: readonly Diversion[], limit = 5): readonly string[] {
  const texts = found.slice(0, limit).map(({ question, before, after }) => {
    const { from, destination } = question;
    const what = from === undefined ? 'a new connection' : `a reply of ${from}`;
    const way = after === null ? 'goes nowhere' : `leaves by ${after}`;
    return `${what} to ${destination} ${way}; it left by ${before} before`;
  });
  const rest = found.length - texts.length;
  return rest === 0 ? texts : [...texts, `and ${rest} more ways changed`];
}
