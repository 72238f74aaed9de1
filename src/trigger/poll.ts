import type { Trigger } from '../model/run.ts';

/** Part of the interval by which a poll is early or late, so that a fleet started together does not ask together. */
const jitter = 0.1;

export const pollTrigger: Trigger = { kind: 'metadata', detail: 'poll' };

/** Milliseconds until the next poll. `random` is in [0, 1). */
export function pollDelay(interval: number, random: number): number {
  return Math.round(interval * (1 - jitter + 2 * jitter * random));
}
