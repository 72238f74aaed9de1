import type { Trigger, TriggerKind } from '../model/run.ts';

/** A trigger and when it came, monotonic milliseconds. */
export interface Arrival {
  readonly trigger: Trigger;
  readonly at: number;
}

/**
 * A NIC that appears is told in several pieces (link, rename, up, addresses), an editor writes a file in several steps:
 * what comes in bursts waits until it was quiet this long, and at most until `longest`. The rest runs at once.
 */
const quiet = 50;
const longest = 200;

/**
 * Milliseconds between a run and one for drift alone, after so many of those in a row: a single repair is quick, and where
 * containers come and go without rest there is a look every two seconds.
 */
export function driftPause(inARow: number): number {
  return Math.min(2_000, 250 * 2 ** inARow);
}

const bursts: ReadonlySet<TriggerKind> = new Set<TriggerKind>([
  'link',
  'config',
  'metadata', // a saved file; a poll does not wait here
  'drift',
  'manual',
]);

/** The first of these among the arrivals names the run. */
const precedence: readonly TriggerKind[] = [
  'boot',
  'signal',
  'manual',
  'config',
  'link',
  'metadata',
  'drift',
];

/**
 * When the next run may start, monotonic milliseconds; null with nothing waiting. `driftFrom`: not before this time for
 * drift alone. What arrived during a run is in `arrivals`, so it leads to one more run and no further.
 */
export function dueAt(arrivals: readonly Arrival[], driftFrom: number): number | null {
  const [first] = arrivals;
  const last = arrivals[arrivals.length - 1];
  if (first === undefined || last === undefined) return null;
  const urgent = arrivals.filter(({ trigger }) => !bursts.has(trigger.kind)).map(({ at }) => at);
  const settled = Math.min(last.at + quiet, first.at + longest);
  const onlyDrift = arrivals.every(({ trigger }) => trigger.kind === 'drift');
  return Math.min(...urgent, onlyDrift ? Math.max(settled, driftFrom) : settled);
}

/** One trigger for all that waits: the weightiest kind, and what happened, three of them at most. */
export function merge(arrivals: readonly Arrival[]): Trigger | null {
  const kind = precedence.find((entry) => arrivals.some(({ trigger }) => trigger.kind === entry));
  if (kind === undefined) return null;
  const ranked = [...arrivals].sort((one, other) => rank(one) - rank(other));
  const details = [...new Set(ranked.map(({ trigger }) => trigger.detail))];
  const more = details.length > 3 ? [`${details.length - 3} more`] : [];
  return { kind, detail: [...details.slice(0, 3), ...more].join(', ') };
}

function rank({ trigger }: Arrival): number {
  return precedence.indexOf(trigger.kind);
}
