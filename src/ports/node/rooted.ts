import { readlink } from 'node:fs/promises';
import { isAbsolute, join, normalize } from 'node:path';

/** Links followed in one path before it counts as a loop; the kernel's own limit (path_resolution(7)). */
const maxHops = 40;

/** Turns a path of the port into a path of this machine. `last`: whether a link in the final place is followed too. */
export type Place = (path: string, last: 'follow' | 'keep') => Promise<string>;

/**
 * Places every path below `root`, except those below /proc and /sys. A symbolic link met on the way is read as
 * the system below `root` would read it: an absolute target starts again at `root`, and `..` never climbs above it.
 * This is for images and tests, not a defence against someone who changes links meanwhile.
 */
export function rooted(root: string): Place {
  const base = normalize(root).replace(/\/+$/, '');
  return (path, last) => {
    if (!isAbsolute(path)) throw new Error(`a path of the files port must be absolute: ${path}`);
    const plain = normalize(path);
    return base === '' || /^\/(proc|sys)(\/|$)/.test(plain)
      ? Promise.resolve(plain)
      : walk(base, plain, last);
  };
}

async function walk(base: string, path: string, last: 'follow' | 'keep'): Promise<string> {
  let ahead = parts(path);
  let behind: string[] = [];
  let hops = 0;
  for (let part = ahead.shift(); part !== undefined; part = ahead.shift()) {
    if (part === '..') {
      behind.pop();
      continue;
    }
    const final = ahead.length === 0 && last === 'keep';
    const target = final ? null : await linkAt(join(base, ...behind, part));
    if (target === null) {
      behind.push(part);
      continue;
    }
    if (++hops > maxHops) throw Object.assign(new Error('too many symbolic links'), { code: 'ELOOP' });
    if (isAbsolute(target)) behind = [];
    ahead = [...parts(target), ...ahead];
  }
  return join(base, '/', ...behind);
}

async function linkAt(path: string): Promise<string | null> {
  try {
    return await readlink(path);
  } catch (error) {
    // EINVAL: there, and no link. What is missing or forbidden is told by the operation that follows.
    if (['EINVAL', 'ENOENT', 'ENOTDIR', 'EACCES'].includes(errorCode(error))) return null;
    throw error;
  }
}

function parts(path: string): string[] {
  return path.split('/').filter((part) => part !== '' && part !== '.');
}

/** The errno name of a failed system call, such as `ENOENT`; empty for anything else. */
export function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
