import type { Nic } from './nic.ts';
import { ping } from './ping.ts';
import { inPrefix } from './subnet.ts';
import type { Inhabited } from './vpc.ts';

/** One exchange of packets that has to succeed, or did. */
export interface Exchange {
  readonly promise: 1 | 2 | 3;
  /** e.g. `peer inside 10.0.1.0/24`. */
  readonly from: string;
  /** The address asked. */
  readonly to: string;
  /** The NIC concerned. */
  readonly nic: Nic;
  readonly kept: boolean;
  /** Until the answer. */
  readonly ms: number;
  /** Why it does not count; empty when it does. */
  readonly why: string;
}

/** Pings running at once. */
const atOnce = 24;

/**
 * The three promises of the network, with packets (deadline in milliseconds for each):
 * 1. every peer, outside and inside each subnet, is answered by every address of every secondary, and by the one that is
 *    in use of each prefix delegated to it;
 * 2. and by the primary's;
 * 3. a new connection from the server to the peer of a secondary's subnet leaves by that secondary, or, where the
 *    subnet is also the primary's, by the primary; seen by the router, which counts what each port receives.
 * The router drops whatever comes from a NIC with a source that is not the NIC's.
 */
export async function exchanges(vpc: Inhabited, deadline = 3000): Promise<readonly Exchange[]> {
  const asked: (() => Promise<Exchange>)[] = [];
  for (const nic of vpc.nics()) {
    for (const address of [...nic.ipv4, ...nic.ipv6, ...nic.prefixes.map(inPrefix)]) {
      for (const peer of vpc.peers()) {
        asked.push(async () => {
          const { answered, ms } = await ping(peer, address, deadline);
          return {
            promise: nic.primary ? 2 : 1,
            from: peer.name,
            to: address,
            nic,
            kept: answered,
            ms,
            why: answered ? '' : `no answer in ${deadline} ms`,
          };
        });
      }
    }
  }
  const answers = await pool(asked);
  // One after another, so that the counters of one are not those of another.
  const outgoing: Exchange[] = [];
  for (const { address, ways } of destinations(vpc))
    outgoing.push(await leavesBy(vpc, address, ways, deadline));
  return [...answers, ...outgoing];
}

/** The exchanges that failed, one line each; none when all promises are kept. */
export async function brokenPromises(vpc: Inhabited, deadline?: number): Promise<readonly string[]> {
  const all = await exchanges(vpc, deadline);
  if (all.length === 0) throw new Error('no peer asked anything');
  return all
    .filter((one) => !one.kept)
    .map((one) => `promise ${one.promise}: ${one.from} -> ${one.to}: ${one.why}`);
}

interface Destination {
  readonly address: string;
  /** The NICs by which the server may reach it: the primary where it is in that subnet, else any that is. */
  readonly ways: readonly [Nic, ...Nic[]];
}

/** The peer of each subnet that the server has a NIC in. */
function destinations(vpc: Inhabited): readonly Destination[] {
  const found: Destination[] = [];
  for (const { subnet, ipv4, ipv6 } of vpc.peers()) {
    const here = vpc.nics().filter((nic) => nic.subnet.number === subnet?.number);
    for (const [address, nics] of [
      [ipv4, here.filter((nic) => nic.ipv4.length > 0)],
      [ipv6, here.filter((nic) => nic.ipv6.length > 0)],
    ] as const) {
      const primary = nics.find((nic) => nic.primary);
      const [first, ...others] = nics;
      if (primary !== undefined) found.push({ address, ways: [primary] });
      else if (first !== undefined) found.push({ address, ways: [first, ...others] });
    }
  }
  return found;
}

async function leavesBy(
  vpc: Inhabited,
  address: string,
  ways: Destination['ways'],
  deadline: number,
): Promise<Exchange> {
  const before = await received(vpc);
  const { answered, ms } = await ping(vpc.server, address, deadline);
  const after = await received(vpc);
  // An ARP or a metadata request may pass elsewhere meanwhile; the echo is counted where it came in.
  const way = ways.find(({ port }) => (after.get(port) ?? 0) > (before.get(port) ?? 0));
  const names = ways.map((nic) => nic.name).join(' or ');
  const why = !answered
    ? `no answer in ${deadline} ms`
    : way === undefined
      ? `did not leave by ${names}`
      : '';
  return { promise: 3, from: 'server', to: address, nic: way ?? ways[0], kept: why === '', ms, why };
}

/** Packets that each port of the router has received. */
async function received(vpc: Inhabited): Promise<ReadonlyMap<string, number>> {
  const text = await vpc.router.must(['cat', '/proc/net/dev']);
  const counters = new Map<string, number>();
  for (const line of text.split('\n')) {
    const found = /^\s*(?<port>\S+):\s*\d+\s+(?<packets>\d+)/.exec(line)?.groups;
    if (found !== undefined) counters.set(found.port ?? '', Number(found.packets));
  }
  return counters;
}

async function pool<T>(tasks: readonly (() => Promise<T>)[]): Promise<readonly T[]> {
  const results: T[] = [];
  let next = 0;
  async function worker(): Promise<void> {
    while (next < tasks.length) {
      const index = next++;
      const task = tasks[index];
      if (task !== undefined) results[index] = await task();
    }
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, tasks.length) }, worker));
  return results;
}
