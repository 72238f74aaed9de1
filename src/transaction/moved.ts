import type { Files } from '../ports/files.ts';
import { transactionsPath } from './journal.ts';

/**
 * One sentence for each unfinished change whose journal could not be read and that was moved as it was: for `status`, until
 * a person removes it. A folder that cannot be listed is reported by what needs it.
 */
export async function movedJournalNotes(files: Pick<Files, 'list'>): Promise<readonly string[]> {
  const entries = await files.list(transactionsPath);
  const moved = (entries.ok ? (entries.value ?? []) : []).flatMap(({ name, kind }) => {
    const reason = kind === 'directory' ? /^(corrupt|newer)-\d/.exec(name)?.[1] : undefined;
    return reason === undefined ? [] : [{ name, reason }];
  });
  return moved.map(({ name, reason }) => {
    const why = reason === 'newer' ? 'is of a newer enid' : 'is corrupt';
    return `an unfinished change was not undone, since its journal ${why}: its former files are in ${transactionsPath}/${name}/backup; remove that folder when nobody needs it`;
  });
}
