import { type KernelEvent, type KernelWatch, watchKernel } from '../kernel/monitor.ts';
import { receivesKernelEvents } from '../kernel/netlink-sockets.ts';
import type { Trigger } from '../model/run.ts';
import type { Ports } from '../ports/ports.ts';

/** A source of triggers that runs until it is stopped. */
export interface Watching {
  stop(): Promise<void>;
}

/** Milliseconds before a monitor that ended is started again; doubled each time, up to a minute. */
const firstPause = 1_000;
const longestPause = 60_000;

/** A monitor receives only what changes after it began to listen; where nothing proves that it does, this long after its start. */
const settling = 1_000;
/** Milliseconds between two looks for the proof, and until it is no longer waited for (a machine so busy that `ip` does not start). */
const proofPause = 20;
const proofPatience = 5_000;

/** A watch on the kernel. */
export interface KernelWatching extends Watching {
  /** Settles once the first monitor is proved to receive events, or when that cannot be proved. */
  readonly ready: Promise<void>;
  /** False where `ip monitor` does not tell of rules (iproute2 before 4.x): look at them now and then. */
  readonly seesRules: boolean;
}

/**
 * Keeps one `ip monitor` running. `onGap` is called after each loss of events, once for all losses of a second, and
 * after each start once it listens, except after a first one that is proved to (`ready`): what changed without an event has to be
 * looked for. That a monitor ends is no reason to stop.
 */
export function keepWatchingKernel(
  ports: Pick<Ports, 'exec' | 'files' | 'clock' | 'log'>,
  onEvent: (event: KernelEvent) => void,
  onGap: (trigger: Trigger) => void,
): KernelWatching {
  const stopping = new AbortController();
  let monitor: KernelWatch | null = null;
  let isLossTold = false;
  let settleReady = () => {};
  const ready = new Promise<void>((resolve) => {
    settleReady = resolve;
  });
  const onLoss = (message: string) => {
    if (isLossTold) return;
    isLossTold = true;
    ports.log.warn('the kernel monitor lost events', { message });
    void ports.clock.sleep(settling, stopping.signal).then(() => {
      isLossTold = false;
      if (!stopping.signal.aborted) onGap({ kind: 'drift', detail: 'the kernel monitor lost events' });
    });
  };
  const whenListening = async (started: KernelWatch, isFirst: boolean, over: AbortSignal) => {
    const isProved = await provesToListen(ports, started, over);
    settleReady();
    if (isProved && isFirst) return;
    if (!isProved) await ports.clock.sleep(settling, over);
    if (!over.aborted) onGap({ kind: 'drift', detail: 'the kernel monitor began to listen' });
  };
  const keep = async () => {
    let pause = firstPause;
    let isFirst = true;
    while (!stopping.signal.aborted) {
      const began = ports.clock.monotonic();
      monitor = watchKernel(ports.exec, { onEvent, onLoss });
      const over = new AbortController();
      void whenListening(monitor, isFirst, over.signal);
      isFirst = false;
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
    ready,
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

/** False: it cannot be proved, or not in time. */
async function provesToListen(
  { files, clock }: Pick<Ports, 'files' | 'clock'>,
  monitor: KernelWatch,
  over: AbortSignal,
): Promise<boolean> {
  const until = clock.monotonic() + proofPatience;
  while (!over.aborted && clock.monotonic() < until) {
    const pid = await monitor.started;
    const receives = pid === null ? null : await receivesKernelEvents(files, pid);
    if (receives !== false) return receives === true;
    await clock.sleep(proofPause, over);
  }
  return false;
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
