import { compareVersions, firstVersion } from './versions.ts';

/** `known` values of the form `ID:VERSION`, those most like `wanted` first: by spelling of the ID, then by version. */
export function nearest(wanted: string, known: readonly string[]): readonly string[] {
  const [id = '', version = ''] = wanted.split(':');
  const number = firstVersion(version) ?? [0];
  const rank = (value: string): { readonly spelling: number; readonly distance: number } => {
    const [otherId = '', otherVersion = ''] = value.split(':');
    const other = firstVersion(otherVersion) ?? [0];
    return { spelling: editDistance(id, otherId), distance: Math.abs(compareVersions(number, other)) };
  };
  return known
    .map((value) => ({ value, ...rank(value) }))
    .sort((one, other) => one.spelling - other.spelling || one.distance - other.distance)
    .map(({ value }) => value);
}

/** Levenshtein's distance: how many letters must be put in, taken out or changed. */
function editDistance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [place, letter] of [...one].entries()) {
    const next = [place + 1];
    for (const [column, against] of [...other].entries()) {
      const change = (row[column] ?? 0) + (letter === against ? 0 : 1);
      next.push(Math.min(change, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    row = next;
  }
  return row[other.length] ?? 0;
}
