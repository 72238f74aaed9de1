import { expect, test } from 'vitest';
import type { Clock } from '../ports/clock.ts';
import { makeInbox } from './inbox.ts';

/** A clock that stands still until someone sleeps, and then is at the end of the sleep or of the signal. */
function stillClock() {
  let now = 1_000;
  const slept: number[] = [];
  let during: (() => void) | null = null;
  const clock: Pick<Clock, 'monotonic' | 'sleep'> = {
    monotonic: () => now,
    sleep: async (milliseconds, signal) => {
      slept.push(milliseconds);
      const meanwhile = during;
      during = null;
      meanwhile?.();
      await Promise.resolve();
      if (signal?.aborted !== true) now += milliseconds;
    },
  };
  return {
    clock,
    slept,
    onSleep: (action: () => void) => (during = action),
    at: (time: number) => (now = time),
  };
}

const never = new AbortController().signal;

test('nothing happens until the time is over, and nothing wakes in between', async () => {
  const { clock, slept } = stillClock();
  expect(await makeInbox(clock).next(0, 61_000, never)).toBeNull();
  expect(slept).toEqual([60_000]);
});

test('a trigger wakes the sleeper and runs when it settled', async () => {
  const { clock, slept, onSleep } = stillClock();
  const inbox = makeInbox(clock);
  onSleep(() => inbox.put({ kind: 'link', detail: 'eth1 appeared' }));
  expect(await inbox.next(0, 61_000, never)).toEqual({ kind: 'link', detail: 'eth1 appeared' });
  expect(slept).toEqual([60_000, 50]);
  expect(await inbox.next(1_050, 1_060, never)).toBeNull();
});

test('stopping wakes at once', async () => {
  const { clock, onSleep } = stillClock();
  const stopping = new AbortController();
  const inbox = makeInbox(clock);
  onSleep(() => stopping.abort());
  expect(await inbox.next(0, 61_000, stopping.signal)).toBeNull();
  expect(clock.monotonic()).toBe(1_000);
});
