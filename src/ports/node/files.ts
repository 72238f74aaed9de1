import { constants } from 'node:fs';
import { lstat, open, readdir, readlink, rename, rmdir, stat, unlink } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { fail, ok, type Problem, type ProblemCode, type Result } from '../../model/problem.ts';
import { type DirectoryEntry, type FileContent, type Files, largestFile } from '../files.ts';
import { atomicWrite, createWhole, makeDirectories, syncDirectory } from './atomic-write.ts';
import { readOperand, readRegular } from './content.ts';
import { drainDirectory, watchEntries } from './entries.ts';
import { ownersOf } from './owners.ts';
import { errorCode, rooted } from './rooted.ts';
import { hasLabels } from './selinux.ts';
import { watchPaths } from './watch.ts';

/** The file system of this machine, or the one below `root` (`--root`; `/` or empty for none). See {@link Files}. */
export function nodeFiles(root: string): Files {
  const place = rooted(root);
  const isWhole = root === '' || root === '/';
  let labels: Promise<boolean> | null = null;
  // Another system's image has another policy; what is below /var/lib/enid and /run/enid takes its directory's label.
  const labelled = (path: string): Promise<boolean> => {
    if (!isWhole || !path.startsWith('/etc/')) return Promise.resolve(false);
    labels ??= hasLabels();
    return labels;
  };

  return {
    read: (path, most = largestFile) =>
      reading(path, async () => readRegular(await place(path, 'follow'), most)),
    readText: async (path, most = largestFile) =>
      decoded(path, await reading(path, async () => readRegular(await place(path, 'follow'), most))),
    list: (path) => reading(path, async () => entries(await place(path, 'follow'))),
    kind: (path) => reading(path, async () => kindOf(await stat(await place(path, 'follow')))),
    owners: (path) => reading(path, () => ownersOf(place, path)),
    linkTarget: (path) => reading(path, async () => target(path, await place(path, 'keep'))),
    write: (path, bytes, attributes) =>
      writing(path, async () => {
        const there = await place(path, 'keep');
        await makeDirectories(place, dirname(path), directoryMode);
        await atomicWrite(there, bytes, attributes, await labelled(path));
      }),
    create: (path, text, mode) =>
      writing(path, async () => {
        await makeDirectories(place, dirname(path), directoryMode);
        return createWhole(await place(path, 'keep'), text, mode);
      }),
    append: (path, text) =>
      writing(path, async () => {
        await makeDirectories(place, dirname(path), directoryMode);
        await append(await place(path, 'follow'), text);
      }),
    poke: (path, text) => writing(path, async () => poke(await place(path, 'follow'), text)),
    remove: (path) => writing(path, async () => remove(await place(path, 'keep'))),
    rename: (from, to) =>
      writing(from, async () => {
        const [source, goal] = [await place(from, 'keep'), await place(to, 'keep')];
        await makeDirectories(place, dirname(to), directoryMode);
        await rename(source, goal);
        await syncDirectory(dirname(goal));
        await syncDirectory(dirname(source));
      }),
    makeDirectory: (path, mode) =>
      writing(path, () =>
        makeDirectories(place, path, (made) => (made === path ? mode : directoryMode(made))),
      ),
    removeTree: (path) =>
      writing(path, async () => {
        const there = await place(path, 'keep');
        await removeAll(there).catch(ignoreMissing);
        await syncDirectory(dirname(there)).catch(ignoreMissing);
      }),
    drain: (path, onName) => reading(path, async () => drainDirectory(await place(path, 'follow'), onName)),
    watch: (paths, onChange) => watchPaths(place, paths, onChange),
    watchEntries: (path, onChange) => watchEntries(place, path, onChange),
  };
}

/** The text of what a person names on the command line, also a pipe; UTF-8, bounded as `Files.readText`. Null: not there. */
export async function readOperandText(path: string): Promise<Result<string | null>> {
  const bytes = await reading(path, () => readOperand(path, largestFile));
  return bytes.ok ? decoded(path, ok(bytes.value === null ? null : { bytes: bytes.value })) : bytes;
}

async function reading<T>(path: string, read: () => Promise<T>): Promise<Result<T | null>> {
  try {
    return ok(await read());
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errorCode(error))) return ok(null);
    return { ok: false, problem: broken(readingCode(error), path, error) };
  }
}

async function writing<T>(path: string, write: () => Promise<T>): Promise<Result<T>> {
  try {
    return ok(await write());
  } catch (error) {
    return { ok: false, problem: broken('file-unwritable', path, error) };
  }
}

function readingCode(error: unknown): ProblemCode {
  const code = errorCode(error);
  if (code === 'EFBIG') return 'file-too-large';
  return ['EISDIR', 'ENOTREG'].includes(code) ? 'file-not-regular' : 'file-unreadable';
}

/** A failed system call as a problem; anything else is a bug and goes on. */
function broken(code: ProblemCode, path: string, error: unknown): Problem {
  const name = errorCode(error);
  if (name === '' || !(error instanceof Error)) throw error;
  const advice: Readonly<Record<string, string>> = {
    EACCES: 'run as root',
    EPERM: 'run as root, and see lsattr for an immutable flag',
    EROFS: 'the file system is mounted read-only',
    ENOSPC: 'the file system is full',
  };
  return { code, place: path, message: error.message.split(',')[0] ?? name, advice: advice[name] ?? '' };
}

function decoded(path: string, read: Result<Pick<FileContent, 'bytes'> | null>): Result<string | null> {
  if (!read.ok) return read;
  if (read.value === null) return ok(null);
  try {
    return ok(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(read.value.bytes));
  } catch {
    return fail('file-unreadable', path, 'the file is not UTF-8 text');
  }
}

async function entries(path: string): Promise<readonly DirectoryEntry[]> {
  const found = await readdir(path, { withFileTypes: true });
  return found
    .map((entry) => ({ name: entry.name, kind: kindOf(entry) }))
    .sort((one, other) => (one.name < other.name ? -1 : one.name > other.name ? 1 : 0));
}

interface Kinded {
  isFile(): boolean;
  isDirectory(): boolean;
  isSymbolicLink(): boolean;
}

function kindOf(entry: Kinded): DirectoryEntry['kind'] {
  if (entry.isFile()) return 'file';
  if (entry.isDirectory()) return 'directory';
  return entry.isSymbolicLink() ? 'link' : 'other';
}

/** The target as the system below the root names it. */
async function target(path: string, there: string): Promise<string | null> {
  if (!(await lstat(there)).isSymbolicLink()) return null;
  return resolve(dirname(path), await readlink(there));
}

async function append(path: string, text: string): Promise<void> {
  const created = await lstat(path).then(
    () => false,
    () => true,
  );
  const handle = await open(path, 'a', 0o600);
  try {
    await handle.appendFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  if (created) await syncDirectory(dirname(path));
}

async function poke(path: string, text: string): Promise<void> {
  const handle = await open(path, constants.O_WRONLY);
  try {
    await handle.write(text);
  } finally {
    await handle.close();
  }
}

async function remove(path: string): Promise<void> {
  try {
    await unlink(path).catch((error) => {
      if (errorCode(error) !== 'EISDIR') throw error;
      return rmdir(path);
    });
    await syncDirectory(dirname(path));
  } catch (error) {
    ignoreMissing(error);
  }
}

/** Not fs.rm: the oldest runtime has none. Links are removed, not followed. */
async function removeAll(path: string): Promise<void> {
  if (!(await lstat(path)).isDirectory()) return unlink(path);
  for (const name of await readdir(path)) await removeAll(`${path}/${name}`).catch(ignoreMissing);
  await rmdir(path);
}

function ignoreMissing(error: unknown): void {
  if (!['ENOENT', 'ENOTDIR'].includes(errorCode(error))) throw error;
}

/** State and run time are for root alone; other new directories are as packages make them. */
function directoryMode(path: string): number {
  return /^\/(var\/lib|run)\/enid(\/|$)/.test(path) ? 0o700 : 0o755;
}
