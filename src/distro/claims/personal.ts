import { marker } from '../../model/file.ts';
import type { Link } from '../../model/kernel.ts';
import { ok, type Result } from '../../model/problem.ts';
import type { State } from '../../model/state.ts';
import type { Files } from '../../ports/files.ts';

/** A configuration file, and the NICs it speaks of by name or MAC (never by a wildcard). */
export interface NicFile {
  readonly path: string;
  readonly text: string;
  names(link: Link): boolean;
  /** Of a file that names the link: it configures that NIC and nothing else, and makes it no member of anything. */
  isOnlyFor(link: Link): boolean;
  /** The MAC by which the file chooses its NIC, as it is written; absent where it goes by name. */
  readonly byMac?: string;
}

/** Where one kind of consumer looks for files that a person may have written. Errors: `file-unreadable`. */
export type FileFinder = (files: Files) => Promise<Result<readonly NicFile[]>>;

/**
 * True for a file that a person is answerable for: not ours (by its marker or by our list), not made by cloud-init, and
 * neither of the running system (/run) nor of a package (/usr/lib).
 */
export function isPersonal(file: Pick<NicFile, 'path' | 'text'>, owned: State['files']): boolean {
  if (/^\/(run|var\/run|usr\/lib|lib)\//.test(file.path)) return false;
  return !owned.has(file.path) && !isOurs(file.text) && !isCloudInits(file);
}

/** The marker stands in the first line, or after the first line of a script. */
function isOurs(text: string): boolean {
  return text.split('\n', 2).some((line) => line.startsWith(marker));
}

/** cloud-init says who it is in the comment at the top, and where a format has no comment in the file's name. */
function isCloudInits({ path, text }: Pick<NicFile, 'path' | 'text'>): boolean {
  if (/(^|[-_0-9])cloud-init/.test(path.split('/').pop() ?? '')) return true;
  const lines = text.split('\n');
  const end = lines.findIndex((line) => line.trim() !== '' && !line.startsWith('#'));
  return /cloud-init/i.test(lines.slice(0, end === -1 ? lines.length : end).join('\n'));
}

/** Reads the files of a directory whose names are wanted. A directory that is not there holds none. */
export async function readDirectory(
  files: Files,
  directory: string,
  wanted: (name: string) => boolean,
): Promise<Result<readonly { readonly path: string; readonly name: string; readonly text: string }[]>> {
  const entries = await files.list(directory);
  if (!entries.ok) return entries;
  const names = (entries.value ?? []).filter((entry) => entry.kind !== 'directory' && wanted(entry.name));
  const found: { path: string; name: string; text: string }[] = [];
  for (const { name } of names) {
    const path = `${directory}/${name}`;
    const text = await files.readText(path);
    if (!text.ok) return text;
    if (text.value !== null) found.push({ path, name, text: text.value });
  }
  return ok(found);
}

/** Names that the readers of ifcfg files pass over (network-scripts, wicked and NetworkManager have these in common). */
export function isBackup(name: string): boolean {
  return /(~|\.bak|\.orig|\.rpmnew|\.rpmorig|\.rpmsave|\.old)$/.test(name);
}
