import { type Answer, type Question, routesTo } from '../kernel/ask.ts';
import { type Address, type Family, families, type Prefix, prefixOf, someHost } from '../model/address.ts';
import type { DesiredNetwork } from '../model/desired.ts';
import type { KernelAddress, KernelState } from '../model/kernel.ts';
import { ok, type Result } from '../model/problem.ts';
import type { Exec } from '../ports/exec.ts';
import { outsideHost } from './asked.ts';

/** Hosts outside of the machine that it must go on reaching by the way it did. */
export interface Services {
  readonly metadata: readonly Address[];
  readonly dns: readonly Address[];
}

/** One packet that the kernel is asked about. */
export interface WayQuestion extends Question {
  /** The link that holds the source; null where the kernel chooses the source. */
  readonly link: string | null;
  /** The destination is a host of this subnet; null for what lies elsewhere. */
  readonly subnet: Prefix | null;
}

/** A question and the answer that the kernel gave. */
export interface Way {
  readonly question: WayQuestion;
  readonly answer: Answer;
}

/**
 * What is asked before a change and again after it: from every address of global scope on the machine, whoever set it and on
 * whatever link, and without a source, to a host outside, to each of `services`, and to a peer in the subnet of each NIC of
 * `network`; from each address also to a peer in its own subnet. The number grows with addresses times NICs. Pure.
 */
export function wayQuestions(
  kernel: KernelState,
  { primary, secondaries }: Pick<DesiredNetwork, 'primary' | 'secondaries'>,
  { metadata, dns }: Services,
): readonly WayQuestion[] {
  const hosts = [...new Set([...metadata, ...dns])];
  const taken = new Set<string>([...hosts, ...kernel.addresses.map(({ address }) => address)]);
  for (const nic of [primary, ...secondaries])
    for (const family of families) taken.add(nic[family]?.gateway ?? '');
  const peerOf = rememberedPeers(taken);
  // A kernel without IPv6 cannot even be asked.
  const spoken = families.filter((family) => kernel.addresses.some((entry) => entry.family === family));
  return spoken.flatMap((family) => {
    const inUse = kernel.addresses.filter((entry) => entry.family === family && isInUse(entry));
    const subnets = [primary, ...secondaries].flatMap((nic) => nic[family]?.subnet ?? []);
    const places: readonly Place[] = [
      ...[outsideHost[family], ...hosts.filter((host) => familyName(host) === family)].map(elsewhere),
      ...[...new Set(subnets)].flatMap(peerOf),
    ];
    const connected = inUse.map((entry) => peerOf(prefixOf(entry.address, entry.prefixLength)));
    const further = [...new Set(connected.flat())].filter(({ subnet }) => !isOneOf(subnet, subnets));
    return [
      ...[...places, ...further].map((place) => ({ ...place, link: null })),
      ...inUse.flatMap(({ address, link }, index) => {
        const own = (connected[index] ?? []).filter(({ subnet }) => !isOneOf(subnet, subnets));
        return [...places, ...own].map((place) => ({ ...place, from: address, link }));
      }),
    ];
  });
}

type Place = Pick<WayQuestion, 'destination' | 'subnet'>;

function elsewhere(destination: Address): Place {
  return { destination, subnet: null };
}

/** A peer in each subnet, looked for once; none where the subnet has no room for one. */
function rememberedPeers(taken: ReadonlySet<string>): (subnet: Prefix) => readonly Place[] {
  const known = new Map<Prefix, readonly Place[]>();
  return (subnet) => {
    const destination = known.has(subnet) ? undefined : someHost(subnet, taken);
    const found = known.get(subnet) ?? (destination === undefined ? [] : [{ destination, subnet }]);
    known.set(subnet, found);
    return found;
  };
}

function isOneOf(subnet: Prefix | null, subnets: readonly Prefix[]): boolean {
  return subnet !== null && subnets.includes(subnet);
}

function familyName(address: Address): Family {
  return address.includes(':') ? 'ipv6' : 'ipv4';
}

/** Other machines may see it as the source of a packet. */
export function isInUse({ scope, flags }: KernelAddress): boolean {
  const isUsable = !flags.includes('tentative') && !flags.includes('dadfailed');
  return isUsable && scope !== 'link' && scope !== 'host';
}

/** Asks the kernel, in one process a family. Errors: as {@link routesTo}. */
export async function askWays(
  exec: Pick<Exec, 'run'>,
  questions: readonly WayQuestion[],
): Promise<Result<readonly Way[]>> {
  const answers = await routesTo(exec, questions);
  if (!answers.ok) return answers;
  const none: Answer = { reachable: false, why: 'not asked' };
  return ok(questions.map((question, index) => ({ question, answer: answers.value[index] ?? none })));
}
