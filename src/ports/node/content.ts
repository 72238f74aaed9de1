import { constants, type Stats } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import type { FileContent } from '../files.ts';

/** Bytes that one read takes at first where the size is not known: files of /proc and /sys say 0. */
const chunk = 64 * 1024;

/** major(1) minor(3): a link to /dev/null switches a file off, as systemd reads it. */
const nullDevice = 259;

/** What makes a file one that is not read; its message is for people. */
class Refusal extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * The content of a regular file of at most `most` bytes. Nothing else is opened: a device or a pipe has no end, and opening
 * one may have effects. /dev/null is an empty file. Throws the system call's error, `EISDIR`, `ENOTREG` or `EFBIG`.
 */
export async function readRegular(path: string, most: number): Promise<FileContent> {
  const before = await stat(path);
  if (before.isCharacterDevice() && before.rdev === nullDevice) return contentOf(before, Buffer.alloc(0));
  refuse(before, most);
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const now = await handle.stat();
    refuse(now, most);
    return contentOf(now, await readBounded(handle, now.size, most));
  } finally {
    await handle.close();
  }
}

/**
 * The bytes of whatever a person names on the command line, at most `most`: also a pipe, such as a shell's `<(…)`.
 * It waits for the other end. Throws as {@link readRegular}.
 */
export async function readOperand(path: string, most: number): Promise<Uint8Array> {
  const handle = await open(path, constants.O_RDONLY);
  try {
    const now = await handle.stat();
    if (!now.isFIFO()) refuse(now, most);
    return await readBounded(handle, now.size, most);
  } finally {
    await handle.close();
  }
}

function contentOf({ mode, uid, gid }: Stats, bytes: Uint8Array): FileContent {
  return { bytes, mode: mode & 0o7777, uid, gid };
}

function refuse(found: Stats, most: number): void {
  if (found.isDirectory()) throw new Refusal('EISDIR', 'it is a directory');
  if (!found.isFile()) throw new Refusal('ENOTREG', `it is ${kindOf(found)}; only regular files are read`);
  if (found.size > most) throw tooLarge(`it has ${found.size} bytes`, most);
}

function kindOf(found: Stats): string {
  if (found.isFIFO()) return 'a FIFO';
  return found.isSocket() ? 'a socket' : 'a device';
}

function tooLarge(what: string, most: number): Refusal {
  return new Refusal('EFBIG', `${what}; at most ${most} are read`);
}

async function readBounded(handle: FileHandle, size: number, most: number): Promise<Uint8Array> {
  const parts: Buffer[] = [];
  let total = 0;
  for (;;) {
    // One byte more than there should be: with it the file grew, or is not what its size said.
    const length = Math.min(Math.max(size - total + 1, chunk), most - total + 1);
    const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(length), 0, length, null);
    if (bytesRead === 0) return parts.length === 1 ? (parts[0] ?? Buffer.alloc(0)) : Buffer.concat(parts);
    total += bytesRead;
    if (total > most) throw tooLarge(`it has more than ${most} bytes`, most);
    parts.push(buffer.subarray(0, bytesRead));
  }
}
