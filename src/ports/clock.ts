/** Time. Everything that waits or dates does it here, so that a test can be the clock. */
export interface Clock {
  /** Wall clock, for dates in reports. */
  now(): Date;
  /** Milliseconds that never jump. */
  monotonic(): number;
  /** Resolves after the time, or at once when the signal aborts (never rejects). */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}
