import type { FileChange } from '../model/file.ts';
import type { Mac } from '../model/mac.ts';
import { ok, type Result } from '../model/problem.ts';
import type { State } from '../model/state.ts';
import type { Files } from '../ports/files.ts';
import { type Original, originalsOf } from '../transaction/originals.ts';
import type { FilePlan, KeptFile } from '../transaction/plan.ts';

/**
 * The plan for a primary that enid had configured as a secondary. Its files do not only go: at a path that its distribution
 * uses as well, what stood there before comes back, or the primary would have no file at the next boot. A file of which no
 * journal tells that stays enid's, as it is, and is reported. `former`: enid's files before. Errors: as `originalsOf`.
 */
export async function withPrimaryFiles(
  files: Files,
  plan: FilePlan,
  primary: Mac,
  former: State['files'],
): Promise<Result<FilePlan>> {
  const removed = plan.changes.filter(({ mac, action }) => mac === primary && action === 'remove');
  if (removed.length === 0) return ok(plan);
  const originals = await originalsOf(files, new Set(removed.map(({ path }) => path)));
  if (!originals.ok) return originals;
  const isKnown = ({ path }: FileChange): boolean => originals.value.has(path);
  const kept = removed.filter((change) => !isKnown(change));
  const changes = plan.changes
    .filter((change) => !kept.includes(change))
    .map((change) => (removed.includes(change) ? back(change, originals.value.get(change.path)) : change));
  const owned = new Map(plan.owned);
  for (const { path } of kept) {
    const file = former.get(path);
    if (file !== undefined) owned.set(path, file);
  }
  return ok({ changes, owned, kept: [...plan.kept, ...kept.map(leftAlone)] });
}

function back(change: FileChange, original: Original | undefined): FileChange {
  if (original === undefined || original === null) return change;
  const { bytes, mode, uid, gid } = original;
  const text = new TextDecoder().decode(bytes);
  return { ...change, action: 'replace', after: { text, mode, original: { bytes, uid, gid } } };
}

function leftAlone(change: FileChange): KeptFile {
  const { path, mac } = change;
  const message =
    'enid wrote this file when another NIC was taken for the primary, and no backup tells what stood there before';
  const advice = 'write the file of the primary as its distribution has it, or remove it';
  return { path, mac, problem: { code: 'edited', place: path, message, advice }, change };
}
