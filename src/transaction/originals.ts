import { ok, type Result } from '../model/problem.ts';
import type { Files } from '../ports/files.ts';
import { readBackup, transactionIds } from './history.ts';
import { openJournal } from './journal.ts';

/** What stood at a path before enid first wrote there. */
export type Original =
  | { readonly bytes: Uint8Array; readonly mode: number; readonly uid: number; readonly gid: number }
  /** Nothing. */
  | null;

/**
 * Of these paths those of which a kept journal tells what stood there before they became enid's; the others are not in the map.
 * Errors: `journal-corrupt` (a backup is missing or changed), `file-unreadable`.
 */
export async function originalsOf(
  files: Files,
  paths: ReadonlySet<string>,
): Promise<Result<ReadonlyMap<string, Original>>> {
  const found = new Map<string, Original>();
  const ids = await transactionIds(files);
  if (!ids.ok) return ids;
  for (const id of ids.value) {
    const journal = await openJournal(files, id);
    if (!journal.ok) return journal;
    if (journal.value === null) continue;
    const { changes, owned } = journal.value.planned;
    const taken = new Set(owned.filter(({ before }) => before === null).map(({ path }) => path));
    for (const { path, before } of changes) {
      if (!paths.has(path) || !taken.has(path)) continue;
      if (before === null) {
        found.set(path, null);
        continue;
      }
      const backup = await readBackup(files, id, before);
      if (!backup.ok) return backup;
      const { mode, uid, gid } = before;
      found.set(path, { bytes: backup.value, mode, uid, gid });
    }
  }
  return ok(found);
}
