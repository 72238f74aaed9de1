import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { labVariable } from './run.ts';

/**
 * What a lab leaves behind when it ends: nothing. Namespaces have no names: each lives only as long as the process
 * that holds it, and that process ends when its standard input does, so even a killed test takes them along. What is
 * left to do by hand are the directories and, for order, the closing itself.
 */
const open = new Set<() => Promise<void>>();
const directories = new Set<string>();
const directoryPrefix = 'enid-lab-';

/** Registers something to close; the function returned closes it, once. */
export function closing(close: () => Promise<void>): () => Promise<void> {
  watchForTheEnd();
  let done: Promise<void> | undefined;
  const once = (): Promise<void> => {
    open.delete(once);
    done ??= close();
    return done;
  };
  open.add(once);
  return once;
}

/** A directory of the host that lives as long as this process. */
export function temporaryDirectory(): string {
  watchForTheEnd();
  const directory = mkdtempSync(join(tmpdir(), directoryPrefix));
  directories.add(directory);
  return directory;
}

/** Closes all that is open, the newest first. Never resolves when a signal is already ending the program. */
export function closeAll(): Promise<void> {
  return endedBySignal ? new Promise(() => {}) : closeEverything();
}

let endedBySignal = false;

async function closeEverything(): Promise<void> {
  for (const close of [...open].reverse()) await close();
  removeDirectories();
}

/** Processes and directories of a lab that still exist: every lab's, or those of one {@link labId}. */
export function leftovers(id = ''): readonly string[] {
  const processes = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => readOr(`/proc/${pid}/environ`).includes(`${labVariable}=${id}`))
    .map((pid) => `process ${pid}: ${readOr(`/proc/${pid}/cmdline`).split('\0').join(' ').trim()}`)
    // A zombie has no command line; it holds nothing.
    .filter((text) => !text.endsWith(':'));
  const known = [...directories].filter((path) => existsSync(path)).map((path) => `directory ${path}`);
  return [...processes, ...known];
}

function readOr(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function removeDirectories(): void {
  for (const directory of directories) rmSync(directory, { recursive: true, force: true });
  directories.clear();
}

let watching = false;
function watchForTheEnd(): void {
  if (watching) return;
  watching = true;
  process.once('exit', removeDirectories);
  for (const [signal, number] of [
    ['SIGINT', 2],
    ['SIGTERM', 15],
    ['SIGHUP', 1],
  ] as const) {
    process.once(signal, () => {
      endedBySignal = true;
      void closeEverything().finally(() => process.exit(128 + number));
    });
  }
}
