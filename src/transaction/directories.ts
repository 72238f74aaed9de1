import { dirname } from 'node:path';
import type { FileChange } from '../model/file.ts';
import { ok, type Problem, type Result } from '../model/problem.ts';
import type { Files } from '../ports/files.ts';

/** Directories that the files need and that are not there, outermost first. Errors: `file-unreadable`. */
export async function missingDirectories(
  files: Pick<Files, 'kind'>,
  changes: readonly FileChange[],
): Promise<Result<readonly string[]>> {
  const missing = new Set<string>();
  for (const change of changes) {
    if (change.after === null) continue;
    for (let above = dirname(change.path); above !== '/' && !missing.has(above); above = dirname(above)) {
      const kind = await files.kind(above);
      if (!kind.ok) return kind;
      if (kind.value !== null) break;
      missing.add(above);
    }
  }
  return ok([...missing].sort());
}

export interface Tidied {
  /** Those of `made` that hold an owned file, and those that could not be removed, sorted. */
  readonly kept: readonly string[];
  readonly removed: readonly string[];
  readonly problems: readonly Problem[];
}

/**
 * Removes each directory of `made` that is empty and below which no file of `owned` belongs, innermost first. One in
 * which somebody else has files stays, and is theirs from then on; so is a link that stands there now.
 * Done twice, it comes to the same.
 */
export async function removeEmptied(
  files: Pick<Files, 'list' | 'linkTarget' | 'remove'>,
  made: Iterable<string>,
  owned: Iterable<string>,
): Promise<Tidied> {
  const paths = [...owned];
  const [kept, removed, problems]: [string[], string[], Problem[]] = [[], [], []];
  for (const directory of [...new Set(made)].sort().reverse()) {
    const isNeeded = paths.some((path) => path.startsWith(`${directory}/`));
    const state = await stateOf(files, directory);
    const done = state.ok && state.value === 'empty' && !isNeeded ? await files.remove(directory) : state;
    if (!done.ok) problems.push(done.problem);
    if (!done.ok || (isNeeded && state.ok && state.value !== 'other')) kept.unshift(directory);
    else if (state.ok && state.value === 'empty') removed.push(directory);
  }
  return { kept, removed, problems };
}

/** `other`: nothing, or a link, which enid did not make. */
async function stateOf(
  files: Pick<Files, 'list' | 'linkTarget'>,
  directory: string,
): Promise<Result<'empty' | 'in use' | 'other'>> {
  const [entries, link] = [await files.list(directory), await files.linkTarget(directory)];
  if (!entries.ok) return entries;
  if (!link.ok) return link;
  if (entries.value === null || link.value !== null) return ok('other');
  return ok(entries.value.length === 0 ? 'empty' : 'in use');
}
