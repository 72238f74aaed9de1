import { stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { FSWatcher } from 'chokidar';
import type { Place } from './rooted.ts';

/** Something that watches until it is stopped; after `stop` nothing is reported any more. */
export interface Watching {
  /** From then on every change is seen. */
  readonly ready: Promise<void>;
  stop(): Promise<void>;
}

/**
 * `Files.watch` over chokidar (inotify, no polling: idle costs nothing). chokidar is loaded at the first call, for
 * only the daemon watches. `onChange` gets paths without the root. What cannot be watched (no permission, no
 * inotify watches left) is left out without a word: the drift check finds its changes at the next poll.
 */
export function watchPaths(
  place: Place,
  paths: readonly string[],
  onChange: (path: string) => void,
): Watching {
  let stopped = false;
  const starting = start(place, paths, (path) => {
    if (!stopped) onChange(path);
  }).catch(() => null);
  return {
    ready: starting.then(() => undefined),
    stop: async () => {
      stopped = true;
      await (await starting)?.close();
    },
  };
}

/**
 * Watches the nearest directory above each path that exists, through a filter that lets only the way to the path
 * pass: chokidar itself loses a file that is replaced by rename, and a path that is missing with its directory.
 */
async function start(
  place: Place,
  paths: readonly string[],
  onChange: (path: string) => void,
): Promise<FSWatcher> {
  const wanted = new Map<string, string>();
  for (const path of paths) wanted.set(await place(path, 'follow'), path);
  const above = new Set<string>();
  for (const real of wanted.keys()) above.add(await nearestDirectory(real));

  const { watch } = await import('chokidar');
  const watcher = watch([...above], {
    ignoreInitial: true,
    ignorePermissionErrors: true,
    ignored: (found) => !above.has(found) && !onTheWay(wanted, found),
  });
  const tell = (found: string): void => {
    const path = nameOf(wanted, found);
    if (path !== null) onChange(path);
  };
  watcher.on('all', (_event, found) => tell(found));
  // `all` swallows what follows an event within 50 ms; `raw` is every inotify event of what is watched already.
  watcher.on('raw', (_event, name, details) => {
    for (const found of rawPaths(name, details, wanted)) tell(found);
  });
  watcher.on('error', () => undefined);
  await new Promise<void>((resolve) => watcher.once('ready', resolve));
  return watcher;
}

/** inotify names an entry of a watched directory by its name, a watched file by its own: which of them is not said. */
function rawPaths(name: unknown, details: unknown, wanted: ReadonlyMap<string, string>): readonly string[] {
  const watched = (details as { readonly watchedPath?: unknown } | undefined)?.watchedPath;
  if (typeof watched !== 'string' || typeof name !== 'string') return [];
  if (basename(watched) !== name) return [join(watched, name)];
  return wanted.has(watched) ? [watched] : [watched, join(watched, name)];
}

async function nearestDirectory(path: string): Promise<string> {
  const above = dirname(path);
  const found = await stat(above).catch(() => null);
  return found?.isDirectory() === true || above === path ? above : nearestDirectory(above);
}

/** Above a wanted path, the path itself, or below it. */
function onTheWay(wanted: ReadonlyMap<string, string>, found: string): boolean {
  for (const real of wanted.keys()) {
    if (isWithin(real, found) || isWithin(found, real)) return true;
  }
  return false;
}

/** The path as the port names it; null for a directory that is only on the way. */
function nameOf(wanted: ReadonlyMap<string, string>, found: string): string | null {
  for (const [real, path] of wanted) {
    if (isWithin(real, found)) return path + found.slice(real.length);
  }
  return null;
}

function isWithin(outer: string, inner: string): boolean {
  return inner === outer || inner.startsWith(outer === '/' ? '/' : `${outer}/`);
}
