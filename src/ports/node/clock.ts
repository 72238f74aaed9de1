import { performance } from 'node:perf_hooks';
import type { Clock } from '../clock.ts';

/** Waiting keeps the process alive. */
export function nodeClock(): Clock {
  return {
    now: () => new Date(),
    monotonic: () => performance.now(),
    sleep,
  };
}

function sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted === true) return Promise.resolve();
  return new Promise((resolve) => {
    const finish = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', finish);
      resolve();
    };
    // A longer time than 2^31-1 ms would fire at once.
    const timer = setTimeout(finish, Math.min(milliseconds, 2 ** 31 - 1));
    signal?.addEventListener('abort', finish, { once: true });
  });
}
