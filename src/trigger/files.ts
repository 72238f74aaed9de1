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
  return [config, templates, triggerDirectory, ...(metadata === null ? [] : [metadata]), ...owned];
}

/** What a change of this path means. Null for the trigger directory, whose files are consumed first. */
export function noticePath(
  path: string,
  { config, templates, metadata }: Omit<WatchedPaths, 'owned'>,
): Trigger | null {
  if (path === config) return { kind: 'config', detail: `${path} changed` };
  if (path === metadata) return { kind: 'metadata', detail: `${path} changed` };
  if (isBelow(templates, path)) return { kind: 'config', detail: `template ${path} changed` };
  if (isBelow(triggerDirectory, path)) return null;
  return { kind: 'drift', detail: `${path} changed` };
}

/**
 * Deletes the files that lie in the trigger directory and says what they ask for: `link-eth1` (the udev rule) means
 * that a link changed, any other name is somebody's wish for a run. Errors: `file-unreadable`, `file-unwritable`.
 */
export async function consumeTriggers(
  files: Pick<Files, 'list' | 'remove'>,
): Promise<Result<readonly Trigger[]>> {
  const entries = await files.list(triggerDirectory);
  if (!entries.ok) return entries;
  const triggers: Trigger[] = [];
  for (const { name, kind } of entries.value ?? []) {
    if (kind === 'directory') continue;
    const removed = await files.remove(`${triggerDirectory}/${name}`);
    if (!removed.ok) return removed;
    triggers.push(meaning(name));
  }
  return ok(triggers);
}

function meaning(name: string): Trigger {
  const link = /^link-([^/\s]{1,15})$/.exec(name)?.[1];
  return link === undefined
    ? { kind: 'manual', detail: `trigger ${name.replace(/[^\w.-]/g, '?').slice(0, 40)}` }
    : { kind: 'link', detail: `udev told of ${link}` };
}

function isBelow(directory: string, path: string): boolean {
  return path === directory || path.startsWith(`${directory}/`);
}
