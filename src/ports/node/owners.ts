import { readlink, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Ownership } from '../files.ts';
import type { Place } from './rooted.ts';

/** Links followed in one path before it counts as a loop; the kernel's own limit (path_resolution(7)). */
const maxHops = 40;

/** See {@link Files.owners}. Throws the system call's error. */
export async function ownersOf(place: Place, path: string): Promise<readonly Ownership[]> {
  const file = await place(path, 'follow');
  const directories = new Set<string>();
  let name = path;
  for (let hops = 0; hops < maxHops; hops++) {
    directories.add(await place(dirname(name), 'follow'));
    const target = await readlink(await place(name, 'keep')).catch(() => null);
    if (target === null) break;
    name = resolve(dirname(name), target);
  }
  return Promise.all([file, ...directories].map(ownership));
}

async function ownership(path: string): Promise<Ownership> {
  const { mode, uid, gid } = await stat(path);
  const runner = { uid: process.geteuid?.() ?? 0, gid: process.getegid?.() ?? 0 };
  return { path, mode: mode & 0o7777, uid, gid, runner };
}
