import type { State } from '../model/state.ts';

export interface BeliefSettings {
  /** Reads in a row, about one poll apart, that must agree before something is taken away; at least 1. */
  readonly agreeingReads: number;
  /** Milliseconds between polls. */
  readonly pollMs: number;
}

/** The things one read no longer lists, counted over the reads. */
export interface Absences {
  /** Counts the absence of this thing in the present read; true when enough reads agreed, so that it is gone. */
  isConfirmed(thing: string): boolean;
  /** This read does not tell whether the thing is there: its count, if any, stays. */
  keep(thing: string): void;
  /** What is still believed although this read does not list it. A thing that is listed again is not in it. */
  pending(): State['missing'];
  /** Those of them that this read itself told to be missing: a list that it does not tell awaits nothing by it. */
  awaited(): readonly string[];
}

/** How much of a poll's time must lie between two reads to count as two: the poll has jitter. */
const shareOfPoll = 0.8;

/** Starts the count of one read. A read sooner than 0.8 polls after the last one that counted adds nothing. */
export function watchAbsences(former: State['missing'], now: string, settings: BeliefSettings): Absences {
  const pending = new Map<string, { reads: number; since: string; last: string }>();
  const awaited: string[] = [];
  return {
    isConfirmed(thing) {
      const entry = counted(former.get(thing), now, settings);
      if (entry.reads >= settings.agreeingReads) return true;
      pending.set(thing, entry);
      awaited.push(thing);
      return false;
    },
    keep(thing) {
      const entry = former.get(thing);
      if (entry !== undefined) pending.set(thing, entry);
    },
    pending: () => pending,
    awaited: () => awaited,
  };
}

type Entry = State['missing'] extends ReadonlyMap<string, infer Value> ? Value : never;

function counted(before: Entry | undefined, now: string, settings: BeliefSettings): Entry {
  if (before === undefined) return { reads: 1, since: now, last: now };
  const elapsed = Date.parse(now) - Date.parse(before.last);
  if (elapsed >= shareOfPoll * settings.pollMs) return { ...before, reads: before.reads + 1, last: now };
  // The clock was set back: without a new start the count would stand still until it has caught up.
  return elapsed < 0 || Number.isNaN(elapsed) ? { reads: before.reads, since: now, last: now } : before;
}
