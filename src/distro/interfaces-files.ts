import { globMatches, isGlob } from '../model/glob.ts';
import { ok, type Result } from '../model/problem.ts';
import type { Files } from '../ports/files.ts';
import { type InterfacesFile, type InterfacesSource, parseInterfaces } from './interfaces-file.ts';

export interface ReadInterfaces extends InterfacesFile {
  readonly path: string;
  readonly text: string;
}

/**
 * /etc/network/interfaces and all it includes, the main file first; null where there is none. Each file is read once,
 * however often it is included. Errors: `file-unreadable`.
 */
export async function readInterfaces(files: Files): Promise<Result<readonly ReadInterfaces[] | null>> {
  const found = new Map<string, ReadInterfaces>();
  const waiting = ['/etc/network/interfaces'];
  for (let path = waiting.shift(); path !== undefined; path = waiting.shift()) {
    if (found.has(path)) continue;
    const text = await files.readText(path);
    if (!text.ok) return text;
    if (text.value === null) continue;
    const file = { path, text: text.value, ...parseInterfaces(text.value) };
    found.set(path, file);
    for (const source of file.sources) {
      const included = await includedBy(files, source);
      if (!included.ok) return included;
      waiting.push(...included.value);
    }
  }
  return ok(found.size === 0 ? null : [...found.values()]);
}

/** Wildcards are followed in the last part of a path, where every distribution has them. */
async function includedBy(files: Files, source: InterfacesSource): Promise<Result<readonly string[]>> {
  const pattern = source.pattern.replace(/\/+$/, '');
  const slash = pattern.lastIndexOf('/');
  const whole = source.kind === 'source-directory' && !isGlob(pattern);
  const directory = whole ? pattern : pattern.slice(0, slash);
  const entries = await files.list(directory);
  if (!entries.ok) return entries;
  const last = pattern.slice(slash + 1);
  const wanted = (name: string): boolean => {
    if (source.kind === 'source-directory')
      return /^[A-Za-z0-9_-]+$/.test(name) && (whole || globMatches(last, name));
    return !name.startsWith('.') && globMatches(last, name);
  };
  const paths = (entries.value ?? [])
    .filter((entry) => entry.kind !== 'directory' && wanted(entry.name))
    .map((entry) => `${directory}/${entry.name}`);
  return ok(paths);
}
