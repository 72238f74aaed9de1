import type { Difference } from '../model/difference.ts';
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
  /** Differences only a network service can mend whose next try is not due yet. */
  readonly waiting: readonly Difference[];
}

/** Sorts what differs by whether it is to be mended in this run. `now` is monotonic milliseconds. Pure. */
export function dueRepairs(
  differences: readonly Difference[],
  memory: Pick<Session, 'repairs' | 'attempts'>,
  now: number,
): Repairs {
  const due: Difference[] = [];
  const contested: Difference[] = [];
  const waiting: Difference[] = [];
  for (const difference of differences) {
    const times = (memory.repairs.get(difference.text) ?? []).filter((time) => now - time < window);
    const attempt = difference.mac === null ? undefined : memory.attempts.get(difference.mac);
    if (isBeyondUs(difference)) waiting.push(difference);
    else if (times.length >= allowed) contested.push(difference);
    else if (!isLease(difference) || attempt === undefined || now - attempt.at >= pause(attempt.tries)) {
      due.push(difference);
    } else waiting.push(difference);
  }
  return { due, contested, waiting };
}

/** Notes that these were mended now. Leases are counted by NIC: a server that is late is nobody's contest. */
export function noteRepairs(
  mended: readonly Difference[],
  memory: Pick<Session, 'repairs' | 'attempts'>,
  now: number,
): void {
  for (const difference of mended) {
    if (!isLease(difference)) {
      const times = (memory.repairs.get(difference.text) ?? []).filter((time) => now - time < window);
      memory.repairs.set(difference.text, [...times, now]);
    }
  }
  const macs = new Set(mended.filter(isLease).map((difference) => difference.mac));
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
