import type { Difference } from '../model/difference.ts';
import type { Mac } from '../model/mac.ts';
import type { Session } from './session.ts';

/** More than this many repairs of one thing within the window mean that something else keeps undoing it. */
const allowed = 3;
const window = 10 * 60_000;
/** A NIC without its lease is taken up again at once, then after 1, 2, 4 … minutes, at most this far apart. */
const slowest = 16 * 60_000;

export interface Repairs {
  /** What to mend now. */
  readonly due: readonly Difference[];
  /** NICs (null: the machine) with something that was mended too often: left as it is and reported. */
  readonly contested: readonly Difference[];
  /**
   * Differences only a network service can mend whose next try is not due yet, and what cannot be set because somebody
   * keeps the link down.
   */
  readonly waiting: readonly Difference[];
}

type Memory = Pick<Session, 'repairs' | 'attempts' | 'linkLosses'>;

/**
 * Sorts what differs by whether it is to be mended in this run. What the kernel flushed because a link was lost is no contest:
 * only repairs since the link was last lost count. `now` is monotonic milliseconds. Pure.
 */
export function dueRepairs(differences: readonly Difference[], memory: Memory, now: number): Repairs {
  const due: Difference[] = [];
  const contested: Difference[] = [];
  const waiting: Difference[] = [];
  for (const difference of differences) {
    const times = repairsOf(difference, memory, now);
    const attempt = difference.mac === null ? undefined : memory.attempts.get(difference.mac);
    if (isBeyondUs(difference)) waiting.push(difference);
    else if (times.length >= allowed) contested.push(difference);
    else if (!isLease(difference) || attempt === undefined || now - attempt.at >= pause(attempt.tries)) {
      due.push(difference);
    } else waiting.push(difference);
  }
  const heldDown = new Set(contested.filter(({ kind }) => kind === 'link-down').map(({ mac }) => mac));
  const isHeld = ({ mac, kind }: Difference): boolean => flushed.has(kind) && heldDown.has(mac);
  return {
    due: due.filter((difference) => !isHeld(difference)),
    contested,
    waiting: [...waiting, ...due.filter(isHeld)],
  };
}

/** What a link loses when it goes down: its routes, and its IPv6 addresses (unless `keep_addr_on_down` is set). */
const flushed: ReadonlySet<Difference['kind']> = new Set<Difference['kind']>([
  'route-missing',
  'route-wrong',
  'address-missing',
  'mirror-missing',
]);

/** When this was repaired within the window, and for what a link flushes, since that link was last lost. */
function repairsOf(difference: Difference, memory: Memory, now: number): readonly number[] {
  const lost = flushed.has(difference.kind) ? lastLoss(difference, memory.linkLosses) : -Infinity;
  const times = memory.repairs.get(difference.text) ?? [];
  const opposite = oppositeOf(difference.text);
  const undone = (opposite === null ? [] : (memory.repairs.get(opposite) ?? [])).at(-1) ?? -Infinity;
  return times.filter((time) => now - time < window && time > Math.max(lost, undone));
}

/**
 * What is added and removed by turns, as addresses and routes of somebody else come and go, nobody contests: only repairs since
 * the last one in the other direction count.
 */
function oppositeOf(text: string): string | null {
  const [, subject, state] = /^(.*) is (left|missing)$/.exec(text) ?? [];
  if (subject === undefined) return null;
  return `${subject} is ${state === 'left' ? 'missing' : 'left'}`;
}

/** When one of the links that the commands name was last lost. A route of the primary's table is by the primary. */
function lastLoss({ mend }: Difference, losses: Session['linkLosses']): number {
  const links = mend.flatMap(({ line }) => [...line.matchAll(/ dev (\S+)/g)].map((match) => match[1] ?? ''));
  return Math.max(-Infinity, ...links.map((link) => losses.get(link) ?? -Infinity));
}

/** Notes that these were mended now. Leases are counted by NIC: a server that is late is nobody's contest. */
export function noteRepairs(mended: readonly Difference[], memory: Memory, now: number): void {
  for (const difference of mended) {
    if (!isLease(difference))
      memory.repairs.set(difference.text, [...repairsOf(difference, memory, now), now]);
  }
  const macs = new Set<Mac | null>(mended.filter(isLease).map((difference) => difference.mac));
  for (const mac of macs) {
    if (mac !== null)
      memory.attempts.set(mac, { tries: (memory.attempts.get(mac)?.tries ?? 0) + 1, at: now });
  }
}

/** Told, and left as it is: what mends it is not known, or not ours to do. */
function isBeyondUs({ kind, mend }: Difference): boolean {
  return mend.length === 0 && ['address-conflict', 'default-stolen', 'wrong-way'].includes(kind);
}

/** Only the lease can bring this address: no `ip` command can. */
export function isLease(difference: Difference): boolean {
  return difference.kind === 'address-missing' && difference.mend.length === 0;
}

function pause(tries: number): number {
  return Math.min(slowest, 60_000 * 2 ** (tries - 1));
}
