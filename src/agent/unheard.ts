import { kernelFingerprint } from '../kernel/fingerprint.ts';
import type { Ports } from '../ports/ports.ts';
import { forwardingDrift } from './forwarding.ts';

/** Milliseconds after which the kernel is read in any case: rules and the state of links are in no file. */
const longestUnread = 3_600_000;

/** Finds changes of the kernel that no event announced: at each poll, by a few files and without a process. */
export interface UnheardChanges {
  /** To be called before a run that reads the kernel. */
  beforeRun(): Promise<void>;
  /** Why the kernel should be read now; null: nothing changed since the last such run began. */
  reason(): Promise<string | null>;
}

/**
 * Remembers the kernel's fingerprint from before each run, so that nothing falls between a run's own look and the next poll. What
 * the run itself changed leads to one more look, at the next poll.
 */
export function unheardChanges(ports: Pick<Ports, 'exec' | 'files' | 'clock'>): UnheardChanges {
  let known: string | null = null;
  let readAt = ports.clock.monotonic();
  return {
    async beforeRun() {
      known = await kernelFingerprint(ports.files);
      readAt = ports.clock.monotonic();
    },
    async reason() {
      if (ports.clock.monotonic() - readAt >= longestUnread) return 'the kernel is read once an hour';
      const now = await kernelFingerprint(ports.files);
      const isOther = now !== null && known !== null && now !== known;
      return isOther ? 'the kernel changed since it was last read' : forwardingDrift(ports);
    },
  };
}
