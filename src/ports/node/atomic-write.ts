import { constants } from 'node:fs';
import { chmod, type FileHandle, link, lstat, mkdir, open, rename, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { temporaryPrefix } from '../files.ts';
import { errorCode, type Place } from './rooted.ts';
import { keepLabel, restoreLabel } from './selinux.ts';

export interface Attributes {
  readonly mode: number;
  readonly uid?: number;
  readonly gid?: number;
}

const exclusive = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
let counter = 0;

/** A name of its own each time: 255 bytes is the longest name, so a long one is cut. */
function temporaryBeside(path: string): string {
  counter += 1;
  return join(dirname(path), `${temporaryPrefix}${basename(path).slice(0, 60)}.${process.pid}.${counter}`);
}

/**
 * Replaces the whole file at `path` or leaves it as it was, also across a power cut: temporary file under a
 * dot-name in the same directory (network services read any other name there: verified.md A15, W7, N9), bytes,
 * owner, mode, fsync, SELinux label, rename, fsync of the directory. A symbolic link at `path` is replaced, not
 * followed. Without uid and gid the file belongs to this process. Throws the system call's error, and leaves no
 * temporary file behind unless the process dies.
 */
export async function atomicWrite(
  path: string,
  bytes: Uint8Array | string,
  attributes: Attributes,
  labelled: boolean,
): Promise<void> {
  const temporary = temporaryBeside(path);
  const handle = await open(temporary, exclusive, 0o600);
  try {
    await fill(handle, bytes, attributes);
    const replaces = labelled && (await isFile(path));
    if (replaces) await keepLabel(path, temporary);
    await rename(temporary, path);
    if (labelled && !replaces) await restoreLabel(path);
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw error;
  }
  await syncDirectory(dirname(path));
}

/** Makes the file with all of its content at once (link(2) fails where something is); false where something is. */
export async function createWhole(path: string, text: string, mode: number): Promise<boolean> {
  const temporary = temporaryBeside(path);
  const handle = await open(temporary, exclusive, 0o600);
  try {
    await handle.writeFile(text);
    await handle.chmod(mode);
    await link(temporary, path);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  } finally {
    await handle.close();
    await unlink(temporary).catch(() => undefined);
  }
}

async function fill(handle: FileHandle, bytes: Uint8Array | string, attributes: Attributes): Promise<void> {
  try {
    await handle.writeFile(bytes);
    await handle.chown(
      attributes.uid ?? process.geteuid?.() ?? 0,
      attributes.gid ?? process.getegid?.() ?? 0,
    );
    // After chown, which clears set-id bits, and against the umask.
    await handle.chmod(attributes.mode);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function isFile(path: string): Promise<boolean> {
  return lstat(path).then(
    (stat) => stat.isFile(),
    () => false,
  );
}

/** Makes renames, creations and removals in the directory last. */
export async function syncDirectory(path: string): Promise<void> {
  const handle = await open(path, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Makes the directory and the missing ones above it and fsyncs what holds the new ones; one that is there stays as
 * it is. `mode` says the permission bits of each new one, from its path before `place`.
 */
export async function makeDirectories(
  place: Place,
  path: string,
  mode: (path: string) => number,
): Promise<void> {
  const there = await place(path, 'follow');
  try {
    await mkdir(there);
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return;
    if (errorCode(error) !== 'ENOENT' || path === '/') throw error;
    await makeDirectories(place, dirname(path), mode);
    await mkdir(there);
  }
  await chmod(there, mode(path));
  await syncDirectory(dirname(there));
}
