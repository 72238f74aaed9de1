import { type Dirent, type FSWatcher, watch } from 'node:fs';
import * as fs from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { Drained } from '../files.ts';
import { errorCode, type Place } from './rooted.ts';
import type { Watching } from './watch.ts';

/** Passes over a directory that something else fills meanwhile; what comes later has an event of its own. */
const mostPasses = 3;

/**
 * `Files.drain`. Names are bytes to the kernel and may be no UTF-8, so each is removed by its bytes. Entries are read one after
 * the other and none is opened or followed, so that their number costs time alone.
 */
export async function drainDirectory(path: string, onName: (name: string) => void): Promise<Drained> {
  let removed = 0;
  let left: string | null = null;
  for (let pass = 1; pass <= mostPasses; pass++) {
    const before = removed;
    left = null;
    for await (const entry of entriesOf(path)) {
      if (entry.isDirectory()) continue;
      const name = Buffer.from(entry.name, 'latin1');
      const failure = await removeEntry(path, name);
      left ??= failure;
      if (failure !== null) continue;
      removed++;
      onName(name.toString('utf8'));
    }
    if (removed === before) break;
  }
  return { removed, left };
}

/** Each byte of a name is one letter: the first 256 of Unicode. Node 10 has no opendir and reads all names at once. */
async function* entriesOf(path: string): AsyncGenerator<Dirent> {
  if (typeof fs.opendir === 'function') yield* await fs.opendir(path, { encoding: 'latin1' });
  else yield* await fs.readdir(path, { encoding: 'latin1', withFileTypes: true });
}

/** Null: it is gone. */
async function removeEntry(directory: string, name: Buffer): Promise<string | null> {
  try {
    await fs.unlink(Buffer.concat([Buffer.from(`${directory}/`), name]));
    return null;
  } catch (error) {
    const code = errorCode(error);
    if (code === '') throw error;
    return code === 'ENOENT' ? null : code;
  }
}

/**
 * `Files.watchEntries`: one inotify watch on the directory and one on what holds it, whatever lies in it. A directory that
 * is made later, or made anew, is watched from then on.
 */
export function watchEntries(place: Place, path: string, onChange: () => void): Watching {
  let watchers: readonly FSWatcher[] = [];
  let stopped = false;
  let armings = 0;
  const close = () => {
    for (const watcher of watchers) watcher.close();
    watchers = [];
  };
  const arm = async (): Promise<void> => {
    const arming = ++armings;
    const real = await place(path, 'follow');
    const { above, next } = await nearestAbove(real);
    if (stopped || arming !== armings) return;
    close();
    const holder = tryWatch(above, (name) => {
      if (name !== next) return;
      void arm().then(onChange, () => undefined);
    });
    const inner = dirname(real) === above ? tryWatch(real, onChange) : null;
    watchers = [holder, inner].filter((watcher) => watcher !== null);
  };
  return {
    ready: arm().catch(() => undefined),
    stop: () => {
      stopped = true;
      close();
      return Promise.resolve();
    },
  };
}

/** The nearest directory above a path that is there, and the name in it on the way to the path. */
async function nearestAbove(path: string): Promise<{ above: string; next: string }> {
  const above = dirname(path);
  const found = await fs.stat(above).catch(() => null);
  if (found?.isDirectory() === true || above === path) return { above, next: basename(path) };
  return nearestAbove(above);
}

function tryWatch(path: string, onEvent: (name: string | null) => void): FSWatcher | null {
  try {
    const watcher = watch(path, (_event, name) => onEvent(name));
    watcher.on('error', () => watcher.close());
    return watcher;
  } catch {
    return null; // not there, or no inotify watches left
  }
}
