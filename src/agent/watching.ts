import { type KernelEvent, type KernelWatch, watchKernel } from '../kernel/monitor.ts';
import type { Trigger } from '../model/run.ts';
import type { Ports } from '../ports/ports.ts';

/** A source of triggers that runs until it is stopped. */
export interface Watching {
  stop(): Promise<void>;
}

/** Milliseconds before a monitor that ended is started again; doubled each time, up to a minute. */
const firstPause = 1_000;
const longestPause = 60_000;

/** A monitor hears only what happens after it began to listen; this long after its start it surely does. */
const settling = 1_000;

/** A watch on the kernel. */
export interface KernelWatching extends Watching {
  /** False where `ip monitor` does not tell of rules (iproute2 before 4.x): look at them now and then. */
  readonly seesRules: boolean;
}

/**
 * Keeps one `ip monitor` running. `onGap` is called a second after each start and after each loss of events, once
 * for all losses of that second: what changed unheard has to be looked for. That it ends is no reason to stop.
 */
export function keepWatchingKernel(
  ports: Pick<Ports, 'exec' | 'clock' | 'log'>,
  onEvent: (event: KernelEvent) => void,
  onGap: (trigger: Trigger) => void,
): KernelWatching {
  const stopping = new AbortController();
  let monitor: KernelWatch | null = null;
  let isLossTold = false;
  const onLoss = (message: string) => {
    if (isLossTold) return;
    isLossTold = true;
    ports.log.warn('the kernel monitor lost events', { message });
    void ports.clock.sleep(settling, stopping.signal).then(() => {
      isLossTold = false;
      if (!stopping.signal.aborted) onGap({ kind: 'drift', detail: 'the kernel monitor lost events' });
    });
  };
  const keep = async () => {
    let pause = firstPause;
    while (!stopping.signal.aborted) {
      const began = ports.clock.monotonic();
      monitor = watchKernel(ports.exec, { onEvent, onLoss });
      const over = new AbortController();
      void ports.clock.sleep(settling, over.signal).then(() => {
        if (!over.signal.aborted) onGap({ kind: 'drift', detail: 'the kernel monitor began to listen' });
      });
      const exitCode = await monitor.ended;
      over.abort();
      if (stopping.signal.aborted) return;
      if (ports.clock.monotonic() - began > longestPause) pause = firstPause;
      ports.log.warn('the kernel monitor ended and is started again', { exitCode, pauseMs: pause });
      await ports.clock.sleep(pause, stopping.signal);
      pause = Math.min(longestPause, pause * 2);
    }
  };
  const kept = keep();
  return {
    stop: () => {
      stopping.abort();
      monitor?.stop();
      return kept;
    },
    get seesRules() {
      return monitor?.seesRules ?? true;
    },
  };
}

/** Watches a set of paths that may change while it does; equal sets leave the watch as it is. */
export interface PathWatch extends Watching {
  follow(paths: readonly string[]): Promise<void>;
}

export function watchPaths(
  ports: Pick<Ports, 'files' | 'clock'>,
  onChange: (path: string) => void,
): PathWatch {
  let current: ReturnType<Ports['files']['watch']> | null = null;
  let known = '';
  return {
    async follow(paths) {
      const wanted = [...new Set(paths)].sort();
      const key = wanted.join('\0');
      if (key === known) return;
      const former = current;
      known = key;
      current = ports.files.watch(wanted, onChange);
      if (former === null) return;
      // What changes meanwhile is seen by one of the two at least.
      const over = new AbortController();
      await Promise.race([current.ready, ports.clock.sleep(settling, over.signal)]);
      over.abort();
      await former.stop();
    },
    stop: async () => {
      await current?.stop();
    },
  };
}
