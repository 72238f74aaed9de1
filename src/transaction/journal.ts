import { fail, ok, type Problem, type Result } from '../model/problem.ts';
import type { Files } from '../ports/files.ts';
import { digestOf } from './content.ts';
import type { JournalRecord, Planned } from './records.ts';

export const transactionsPath = '/var/lib/enid/transactions';

/** Where the parts of a transaction are. */
export function placesOf(id: string) {
  const directory = `${transactionsPath}/${id}`;
  return {
    directory,
    journal: `${directory}/journal`,
    /** There from the first moment to the last: its presence alone tells that the transaction is not closed. */
    pending: `${directory}/pending`,
    backup: (name: string): string => `${directory}/backup/${name}`,
    displaced: (name: string): string => `${directory}/displaced/${name}`,
  };
}

/** An append-only list of records, one a line, each fsynced before `append` returns. */
export interface Journal {
  readonly id: string;
  readonly planned: Planned;
  records(): readonly JournalRecord[];
  /** Errors: `file-unwritable`; the record then counts as not written. */
  append(record: JournalRecord): Promise<Result<void>>;
}

type JournalFiles = Pick<Files, 'read' | 'append' | 'write'>;

/** Bytes: a journal holds a snapshot of all routes, and no more than `ip` may say (64 MiB). */
const largestJournal = 128 * 1024 * 1024;

/** Begins a journal with its first record. Errors: `file-unwritable`. */
export async function createJournal(files: JournalFiles, planned: Planned): Promise<Result<Journal>> {
  const written = await files.append(placesOf(planned.id).journal, line(planned));
  return written.ok ? ok(journal(files, planned, [planned], false)) : written;
}

/**
 * Reads a journal back. A last line that a crash cut off is passed over; null where not even the first is whole
 * (nothing was changed then). Errors: `journal-version` (whole, but of a version of enid that this one does not know),
 * `journal-corrupt` for anything else that is not as it was written, `file-unreadable`.
 */
export async function openJournal(files: JournalFiles, id: string): Promise<Result<Journal | null>> {
  const place = placesOf(id).journal;
  const content = await files.read(place, largestJournal);
  if (!content.ok) return isNoJournal(content.problem) ? corrupt(place, content.problem.message) : content;
  if (content.value === null) return ok(null);
  // Bytes that are no UTF-8 become others, and the sum of their line does not fit.
  const lines = Buffer.from(content.value.bytes).toString('utf8').split('\n');
  const torn = lines.pop() !== '';
  const records: JournalRecord[] = [];
  for (const [index, entry] of lines.entries()) {
    const record = read(entry);
    const last = index === lines.length - 1 && !torn;
    if (record === null && last) return opened(files, id, records, true);
    if (record === null) return corrupt(`${place}:${index + 1}`, 'the line is not as it was written');
    records.push(record);
  }
  return opened(files, id, records, torn);
}

function opened(
  files: JournalFiles,
  id: string,
  records: JournalRecord[],
  torn: boolean,
): Result<Journal | null> {
  const [first] = records;
  if (first === undefined) return ok(null);
  const place = placesOf(id).journal;
  if (first.phase !== 'planned' || first.id !== id) {
    return corrupt(place, 'the journal does not begin with the plan of this transaction');
  }
  if (first.schema !== 1) {
    const message = `the journal has form ${JSON.stringify(first.schema)}; this version of enid reads form 1`;
    return fail('journal-version', place, message, 'run the enid that wrote it: enid recover');
  }
  return ok(journal(files, first, records, torn));
}

/** What stands at the path is no journal at all: larger than any, a directory, a FIFO. */
function isNoJournal({ code }: Problem): boolean {
  return code === 'file-too-large' || code === 'file-not-regular';
}

function corrupt(place: string, message: string): Result<never> {
  return fail('journal-corrupt', place, message);
}

function journal(files: JournalFiles, planned: Planned, records: JournalRecord[], torn: boolean): Journal {
  const place = placesOf(planned.id).journal;
  let whole = !torn;
  return {
    id: planned.id,
    planned,
    records: () => records,
    append: async (record) => {
      // After a line that was cut off, by a crash or a full disk, the file is made whole again first.
      const text = whole ? line(record) : [...records, record].map(line).join('');
      const written = await (whole ? files.append(place, text) : files.write(place, text, { mode: 0o600 }));
      whole = written.ok;
      if (written.ok) records.push(record);
      return written;
    },
  };
}

// A line is the first 16 digits of its sha256, a space, and the record: with its sum right it is what we wrote, so
// it needs no further check of its form.
function line(record: JournalRecord): string {
  const json = JSON.stringify(record);
  return `${digestOf(json).slice(0, 16)} ${json}\n`;
}

function read(entry: string): JournalRecord | null {
  const [sum, json] = [entry.slice(0, 16), entry.slice(17)];
  return json !== '' && digestOf(json).slice(0, 16) === sum ? JSON.parse(json) : null;
}
