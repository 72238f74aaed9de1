import { ok, type Result } from '../model/problem.ts';
import type { Trigger } from '../model/run.ts';
import type { Files } from '../ports/files.ts';

/** A file created here wakes the daemon (design section 2); it is deleted when it was seen. */
export const triggerDirectory = '/run/enid/trigger';

/** The paths that are watched, by what they mean. */
export interface WatchedPaths {
  readonly config: string;
  /** The directory of the administrator's templates. */
  readonly templates: string;
  /** The saved metadata of provider `file`; null with any other. */
  readonly metadata: string | null;
  /** Files of ours, wherever they are. */
  readonly owned: Iterable<string>;
}

export function pathsToWatch({ config, templates, metadata, owned }: WatchedPaths): readonly string[] {
  return [config, templates, ...(metadata === null ? [] : [metadata]), ...owned];
}

/** What a change of this path means. */
export function noticePath(
  path: string,
  { config, templates, metadata }: Omit<WatchedPaths, 'owned'>,
): Trigger {
  if (path === config) return { kind: 'config', detail: `${path} changed` };
  if (path === metadata) return { kind: 'metadata', detail: `${path} changed` };
  if (isBelow(templates, path)) return { kind: 'config', detail: `template ${path} changed` };
  return { kind: 'drift', detail: `${path} changed` };
}

/** Of more triggers of one kind the first ones stand for all: they lead to one run. */
const keptOfKind = 4;

export interface ConsumedTriggers {
  readonly triggers: readonly Trigger[];
  /** Why something could not be removed; null: the directory is empty but for directories. */
  readonly left: string | null;
}

/**
 * Deletes whatever lies in the trigger directory but directories, and says what it asks for: `link-eth1` (the udev rule) means
 * that a link changed, any other name is somebody's wish for a run. Errors: `file-unreadable`.
 */
export async function consumeTriggers(files: Pick<Files, 'drain'>): Promise<Result<ConsumedTriggers>> {
  const kept: Trigger[] = [];
  const drained = await files.drain(triggerDirectory, (name) => {
    const trigger = meaning(name);
    if (kept.filter(({ kind }) => kind === trigger.kind).length < keptOfKind) kept.push(trigger);
  });
  if (!drained.ok) return drained;
  return ok({ triggers: kept, left: drained.value?.left ?? null });
}

function meaning(name: string): Trigger {
  const link = /^link-([^/\s]{1,15})$/.exec(name)?.[1];
  return link === undefined
    ? { kind: 'manual', detail: `trigger ${name.slice(0, 40).replace(/[^\w.-]/g, '?')}` }
    : { kind: 'link', detail: `udev told of ${link}` };
}

function isBelow(directory: string, path: string): boolean {
  return path === directory || path.startsWith(`${directory}/`);
}
