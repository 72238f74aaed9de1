import type { KernelEvent } from '../kernel/monitor.ts';
import { readKernel } from '../kernel/read.ts';
import type { Mac } from '../model/mac.ts';
import { describeProblem } from '../model/problem.ts';
import type { Trigger } from '../model/run.ts';
import type { Ports } from '../ports/ports.ts';
import { overrideDirectory } from '../render/templates.ts';
import { loadState } from '../state/load.ts';
import { consumeTriggers, noticePath, pathsToWatch } from '../trigger/files.ts';
import { type IsOurs, kernelReader } from '../trigger/kernel.ts';
import { keepWatchingKernel, type Watching, watchPaths } from './watching.ts';

/** Who is told what the sources see. */
export interface Listener {
  readonly onTrigger: (trigger: Trigger) => void;
  /** The kernel removed the link with this MAC. */
  readonly onRemoved: (mac: Mac) => void;
  /** The kernel has a link with this MAC. */
  readonly onPresent: (mac: Mac) => void;
  readonly isOurs: IsOurs;
}

/** Listens first and looks then, so that no link is missed; what is heard before the look waits for it. */
export async function watchLinks(ports: Ports, listener: Listener): Promise<Watching> {
  let read: ReturnType<typeof kernelReader> | null = null;
  const early: KernelEvent[] = [];
  const hear = (event: KernelEvent) => {
    if (read === null) {
      early.push(event);
      return;
    }
    const { trigger, removed } = read(event);
    if (removed !== null) listener.onRemoved(removed);
    else if (event.object === 'link' && event.mac !== null) listener.onPresent(event.mac);
    if (trigger !== null) listener.onTrigger(trigger);
  };
  const watching = keepWatchingKernel(ports, hear, listener.onTrigger);
  const look = await readKernel(ports);
  if (!look.ok) ports.log.error(describeProblem(look.problem));
  read = kernelReader(look.ok ? look.value.links : [], listener.isOurs);
  for (const event of early) hear(event);
  return watching;
}

export interface FileSource extends Watching {
  /** Watches the configuration, the templates, the trigger directory and the files that are ours now. */
  refresh(): Promise<void>;
}

export function watchFiles(
  ports: Pick<Ports, 'files' | 'log'>,
  config: string,
  onTrigger: (trigger: Trigger) => void,
): FileSource {
  const places = { config, templates: overrideDirectory };
  const takeTriggers = async () => {
    const taken = await consumeTriggers(ports.files);
    if (!taken.ok) ports.log.warn(describeProblem(taken.problem));
    else for (const trigger of taken.value) onTrigger(trigger);
  };
  const watch = watchPaths(ports, (path) => {
    const trigger = noticePath(path, places);
    if (trigger === null) void takeTriggers();
    else onTrigger(trigger);
  });
  return {
    async refresh() {
      const state = await loadState(ports.files);
      const owned = state.ok ? state.value.files.keys() : [];
      await watch.follow(pathsToWatch({ ...places, owned }));
    },
    stop: () => watch.stop(),
  };
}
