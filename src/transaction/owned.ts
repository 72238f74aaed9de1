import type { OwnedFile } from '../model/file.ts';
import type { State } from '../model/state.ts';
import type { OwnedChange } from './records.ts';

type Owned = State['files'];

/** What differs between two lists of owned files, by path. */
export function ownedChanges(before: Owned, after: Owned): readonly OwnedChange[] {
  const paths = [...new Set([...before.keys(), ...after.keys()])].sort();
  return paths
    .map((path) => ({ path, before: before.get(path) ?? null, after: after.get(path) ?? null }))
    .filter((change) => !sameOwned(change.before, change.after));
}

/** The list with one side of the changes put in: only the paths of the changes are touched. */
export function withOwned(owned: Owned, changes: readonly OwnedChange[], side: 'before' | 'after'): Owned {
  const result = new Map(owned);
  for (const change of changes) {
    const file = change[side];
    if (file === null) result.delete(change.path);
    else result.set(change.path, file);
  }
  return result;
}

function sameOwned(one: OwnedFile | null, other: OwnedFile | null): boolean {
  return one?.digest === other?.digest && one?.mode === other?.mode && one?.mac === other?.mac;
}
