import { createHash } from 'node:crypto';
import type { Files } from '../ports/files.ts';

/**
 * What can be read of addresses and routes without starting a process (proc(5); Linux net/ipv4/fib_trie.c and
 * net/ipv6/route.c): each file with the columns that do not count how often something is used.
 */
const sources: readonly { readonly path: string; readonly keep: (line: string) => string }[] = [
  // The names of links. The rest of each line counts packets.
  { path: '/proc/net/dev', keep: (line) => /^\s*(\S+):/.exec(line)?.[1] ?? '' },
  // IPv4: addresses, and the routes of every table.
  { path: '/proc/net/fib_trie', keep: (line) => line },
  // IPv4: gateways and devices of table main.
  { path: '/proc/net/route', keep: (line) => columns(line, [0, 1, 2, 3, 6, 7]) },
  { path: '/proc/net/if_inet6', keep: (line) => line },
  // IPv6: the routes of every table. Clones that the kernel caches for single hosts are no routes of anybody.
  {
    path: '/proc/net/ipv6_route',
    keep: (line) => (isClone(line) ? '' : columns(line, [0, 1, 2, 3, 4, 5, 8, 9])),
  },
];

/**
 * A digest of the links' names, addresses and routes: another one means that something changed. It holds neither rules nor the state
 * of links. Null: one of the files cannot be read (a table of more routes than a file port reads, say). A kernel without IPv6
 * has two files fewer.
 */
export async function kernelFingerprint(files: Pick<Files, 'readText'>): Promise<string | null> {
  const hash = createHash('sha256');
  for (const { path, keep } of sources) {
    const text = await files.readText(path);
    if (!text.ok) return null;
    hash.update(`${path}\n`);
    for (const line of (text.value ?? '').split('\n')) hash.update(`${keep(line)}\n`);
  }
  return hash.digest('hex');
}

function columns(line: string, wanted: readonly number[]): string {
  const cells = line.trim().split(/\s+/);
  return wanted.map((index) => cells[index] ?? '').join(' ');
}

/** RTF_CACHE of linux/ipv6_route.h; Linux before 4.2 lists one route for each host that was reached. */
function isClone(line: string): boolean {
  const flags = Number.parseInt(line.trim().split(/\s+/)[8] ?? '0', 16);
  return (flags & 0x01000000) !== 0;
}
