import type { Trigger } from '../model/run.ts';
import type { Clock } from '../ports/clock.ts';
import { type Arrival, dueAt, merge } from './coalesce.ts';

/** Where triggers wait for their run. */
export interface Inbox {
  put(trigger: Trigger): void;
  /**
   * Waits for the next run's trigger, all that is waiting merged into one. Null when `until` (monotonic milliseconds)
   * comes first, or the signal aborts. Drift alone waits until `driftFrom`.
   */
  next(driftFrom: number, until: number, stopping: AbortSignal): Promise<Trigger | null>;
}

export function makeInbox(clock: Pick<Clock, 'monotonic' | 'sleep'>): Inbox {
  let arrivals: Arrival[] = [];
  let wake = () => {};
  const take = () => {
    const trigger = merge(arrivals);
    arrivals = [];
    return trigger;
  };
  return {
    put(trigger) {
      arrivals.push({ trigger, at: clock.monotonic() });
      wake();
    },
    async next(driftFrom, until, stopping) {
      while (!stopping.aborted) {
        const now = clock.monotonic();
        const due = dueAt(arrivals, driftFrom);
        if (due !== null && now >= due) return take();
        if (now >= until) return null;
        const woken = new AbortController();
        wake = () => woken.abort();
        stopping.addEventListener('abort', wake, { once: true });
        await clock.sleep(Math.ceil(Math.min(due ?? until, until) - now), woken.signal);
        stopping.removeEventListener('abort', wake);
      }
      return null;
    },
  };
}
