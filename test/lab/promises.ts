import type { Nic } from './nic.ts';
import { ping } from './ping.ts';
import type { Vpc } from './vpc.ts';

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
 * 1. every peer, outside and inside each subnet, is answered by every address of every secondary;
 * 2. and by the primary's;
 * 3. a new connection from the server to the peer of a secondary's subnet leaves by that secondary, or, where the
 *    subnet is also the primary's, by the primary; seen by the router, which counts what each port receives.
 * The router drops whatever comes from a NIC with a source that is not the NIC's.
 */
export async function exchanges(vpc: Vpc, deadline = 3000): Promise<readonly Exchange[]> {
  const asked: (() => Promise<Exchange>)[] = [];
  for (const nic of vpc.nics()) {
    for (const address of [...nic.ipv4, ...nic.ipv6]) {
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
  for (const [peerAddress, nic] of destinations(vpc))
    outgoing.push(await leavesBy(vpc, peerAddress, nic, deadline));
  return [...answers, ...outgoing];
}

/** The exchanges that failed, one line each; none when all promises are kept. */
export async function brokenPromises(vpc: Vpc, deadline?: number): Promise<readonly string[]> {
  const all = await exchanges(vpc, deadline);
  if (all.length === 0) throw new Error('no peer asked anything');
  return all
    .filter((one) => !one.kept)
    .map((one) => `promise ${one.promise}: ${one.from} -> ${one.to}: ${one.why}`);
}

/** The address of the peer of each subnet, with the NIC by which the server has to reach it. */
function destinations(vpc: Vpc): readonly (readonly [string, Nic])[] {
  const found: [string, Nic][] = [];
  for (const { subnet, ipv4, ipv6 } of vpc.peers()) {
    const here = vpc.nics().filter((nic) => nic.subnet.number === subnet?.number);
    const four = here.find((nic) => nic.primary) ?? here[0];
    if (four !== undefined) found.push([ipv4, four]);
    const six =
      here.find((nic) => nic.primary && nic.ipv6.length > 0) ?? here.find((nic) => nic.ipv6.length > 0);
    if (six !== undefined) found.push([ipv6, six]);
  }
  return found;
}

async function leavesBy(vpc: Vpc, address: string, nic: Nic, deadline: number): Promise<Exchange> {
  const before = await received(vpc);
  const { answered, ms } = await ping(vpc.server, address, deadline);
  const after = await received(vpc);
  const grown = (port: string): number => (after.get(port) ?? 0) - (before.get(port) ?? 0);
  // An ARP or a metadata request may pass elsewhere meanwhile; the echo is counted where it came in.
  const here = grown(nic.port) > 0;
  const why = !answered ? `no answer in ${deadline} ms` : here ? '' : `left by another NIC than ${nic.name}`;
  return { promise: 3, from: 'server', to: address, nic, kept: answered && here, ms, why };
}

/** Packets that each port of the router has received. */
async function received(vpc: Vpc): Promise<ReadonlyMap<string, number>> {
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
