import type { Mac } from '../model/mac.ts';
import type { RunReport, Trigger } from '../model/run.ts';

/** Milliseconds between one look and the next, together about a minute; after them only the poll looks. */
const delays: readonly number[] = [200, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000];

/** What is being waited for, and how often it was looked for. */
export interface Waiting {
  /** NICs that the kernel has and the metadata does not list. */
  readonly unlisted: ReadonlyMap<Mac, number>;
  /** Looks since the metadata could last be read; null while it can. */
  readonly unknown: number | null;
  /** Runs that another process kept out. */
  readonly locked: number | null;
}

export const nothingAwaited: Waiting = { unlisted: new Map(), unknown: null, locked: null };

/**
 * What is awaited after this report. A NIC that vanished or is listed is not awaited any more; one that is new starts
 * at the shortest delay, also when others have waited long.
 */
export function awaitAfter(report: RunReport, before: Waiting): Waiting {
  // Which cloud this is does not become known by looking again.
  const isForGood = report.problems.some((problem) => problem.code === 'provider-unknown');
  const unknown = report.outcome === 'unknown' && !isForGood;
  const locked = report.problems.some((problem) => problem.code === 'locked');
  // A run for drift alone does not ask the metadata: it is no look.
  const look = report.trigger.kind === 'drift' ? 0 : 1;
  const unlisted = new Map<Mac, number>();
  for (const nic of report.interfaces) {
    if (nic.reason === 'not-in-metadata')
      unlisted.set(nic.mac, (before.unlisted.get(nic.mac) ?? -look) + look);
  }
  return {
    // A failed read says nothing about who is listed: the count goes on where it was.
    unlisted: unknown && report.interfaces.length === 0 ? before.unlisted : unlisted,
    unknown: unknown ? (before.unknown ?? -1) + 1 : null,
    locked: locked ? (before.locked ?? -1) + 1 : null,
  };
}

/** The kernel removed this link: the wait for it ends at once. */
export function forget(mac: Mac, before: Waiting): Waiting {
  const unlisted = new Map(before.unlisted);
  unlisted.delete(mac);
  return { ...before, unlisted };
}

export interface Retry {
  /** From the end of the run that the waiting was computed after. */
  readonly delay: number;
  readonly trigger: Trigger;
}

/** The next look that is due before the poll; null when the poll is soon enough. */
export function nextRetry({ unlisted, unknown, locked }: Waiting): Retry | null {
  const looks = Math.min(...unlisted.values(), unknown ?? Infinity, locked ?? Infinity);
  const delay = delays[looks];
  if (delay === undefined) return null;
  const detail =
    locked !== null
      ? 'another run of enid was under way'
      : unknown !== null
        ? 'the metadata could not be read'
        : `${[...unlisted.keys()].join(' ')} not in the metadata yet`;
  return { delay, trigger: { kind: 'metadata', detail } };
}
