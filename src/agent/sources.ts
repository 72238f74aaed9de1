import type { KernelEvent } from '../kernel/monitor.ts';
import { readLinks } from '../kernel/read.ts';
import type { Link } from '../model/kernel.ts';
import type { Mac } from '../model/mac.ts';
import { describeProblem } from '../model/problem.ts';
import type { Trigger } from '../model/run.ts';
import type { Ports } from '../ports/ports.ts';
import { overrideDirectory } from '../render/templates.ts';
import { loadState } from '../state/load.ts';
import { consumeTriggers, noticePath, pathsToWatch, triggerDirectory } from '../trigger/files.ts';
import { type IsOurs, kernelReader, type Noticed } from '../trigger/kernel.ts';
import { type KernelWatching, keepWatchingKernel, type Watching, watchPaths } from './watching.ts';

/** Who is told what the sources see. */
export interface Listener {
  readonly onTrigger: (trigger: Trigger) => void;
  /** The kernel removed the link with this MAC. */
  readonly onRemoved: (mac: Mac) => void;
  /** The kernel has a link with this MAC. */
  readonly onPresent: (mac: Mac) => void;
  /** The link went down, lost its carrier or vanished. */
  readonly onLost: (link: string) => void;
  readonly isOurs: IsOurs;
}

/**
 * Listens first and looks then, so that no link is missed: the first look waits until the monitor is proved to listen, and what
 * is heard before the look waits for it. The links are looked at again where the monitor may have missed some.
 */
export async function watchLinks(ports: Ports, listener: Listener): Promise<KernelWatching> {
  const reader = kernelReader([], listener.isOurs);
  const tell = ({ trigger, removed, lost }: Noticed) => {
    if (lost !== undefined) listener.onLost(lost);
    if (removed !== null) listener.onRemoved(removed);
    if (trigger !== null) listener.onTrigger(trigger);
  };
  const hear = (event: KernelEvent) => {
    const noticed = reader.hear(event);
    if (event.object === 'link' && event.mac !== null && noticed.removed === null)
      listener.onPresent(event.mac);
    tell(noticed);
  };
  const looks = looksBetween(ports, hear);
  const watching = keepWatchingKernel(ports, looks.hear, (gap) => {
    const compare = (links: readonly Link[]) => {
      for (const { mac } of links) if (mac !== null) listener.onPresent(mac);
      for (const noticed of reader.look(links)) tell(noticed);
    };
    void looks.look(compare).then(() => listener.onTrigger(gap));
  });
  await looks.look(reader.look, watching.ready);
  return watching;
}

/** Events, and looks at the links between them. */
interface Looks {
  hear(event: KernelEvent): void;
  /** Gives the links, unless they cannot be read: the log then says why. One look after the other, none before `from`. */
  look(use: (links: readonly Link[]) => void, from?: Promise<void>): Promise<void>;
}

/**
 * What is heard during a look waits for its end, so that no link seems to have vanished only because the look is
 * older than the event.
 */
function looksBetween(ports: Ports, hear: (event: KernelEvent) => void): Looks {
  const waiting: KernelEvent[] = [];
  let pending = 0;
  let last = Promise.resolve();
  const lookNow = async (use: (links: readonly Link[]) => void): Promise<void> => {
    const links = await readLinks(ports);
    if (!links.ok) ports.log.error(describeProblem(links.problem));
    else if (links.value.length > 0) use(links.value); // the loopback is always there
    pending--;
    if (pending === 0) for (const event of waiting.splice(0)) hear(event);
  };
  return {
    hear(event) {
      if (pending > 0) waiting.push(event);
      else hear(event);
    },
    look(use, from) {
      pending++;
      last = last.then(() => from).then(() => lookNow(use));
      return last;
    },
  };
}

export interface FileSource extends Watching {
  /** Watches the configuration, the templates, the trigger directory, saved metadata and the files that are ours now. */
  refresh(): Promise<void>;
}

/** `metadata` says, whenever it is asked, which file is read in place of a cloud's service. */
export function watchFiles(
  ports: Pick<Ports, 'files' | 'log' | 'clock'>,
  config: string,
  metadata: () => string | null,
  onTrigger: (trigger: Trigger) => void,
): FileSource {
  const places = () => ({ config, templates: overrideDirectory, metadata: metadata() });
  const watch = watchPaths(ports, (path) => onTrigger(noticePath(path, places())));
  const takeTriggers = oneAtATime(() => takeAll(ports, onTrigger));
  const triggers = ports.files.watchEntries(triggerDirectory, () => void takeTriggers());
  return {
    async refresh() {
      await triggers.ready;
      const state = await loadState(ports.files);
      const owned = state.ok ? state.value.files.keys() : [];
      await watch.follow(pathsToWatch({ ...places(), owned }));
    },
    stop: async () => {
      await Promise.all([triggers.stop(), watch.stop()]);
    },
  };
}

async function takeAll(
  { files, log }: Pick<Ports, 'files' | 'log'>,
  onTrigger: (trigger: Trigger) => void,
): Promise<void> {
  const taken = await consumeTriggers(files);
  if (!taken.ok) {
    log.warn(describeProblem(taken.problem));
    return;
  }
  const { triggers, left } = taken.value;
  for (const trigger of triggers) onTrigger(trigger);
  if (left !== null) log.warn('something in the trigger directory cannot be removed', { why: left });
}

/** However often it is called meanwhile, the work runs once at a time, and once more after the last call. */
function oneAtATime(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | null = null;
  let isDue = false;
  const run = async (): Promise<void> => {
    while (isDue) {
      isDue = false;
      await work();
    }
    running = null;
  };
  return () => {
    isDue = true;
    running ??= run();
    return running;
  };
}
