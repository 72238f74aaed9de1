import type { FileChange } from '../model/file.ts';
import { bytesAfter } from './content.ts';

/** Lines shown around each difference. */
const context = 3;
/** Above this many line pairs to compare the middle is shown as replaced whole: files of ours are far smaller. */
const comparisonLimit = 4_000_000;

/**
 * The change as a unified diff (`diff -u`), with git's lines for a new, deleted or re-moded file. Control characters
 * are shown escaped: what stands in an edited file must not reach the terminal as it is. Empty for no difference.
 */
export function unifiedDiff(change: FileChange): string {
  const before = change.before === null ? null : decode(change.before.bytes);
  const bytes = bytesAfter(change);
  const after = bytes === null ? null : decode(bytes);
  const modes = modeLines(change);
  if (before === 'binary' || after === 'binary')
    return [...modes, `Binary file ${change.path} differs`, ''].join('\n');
  const hunks = hunksOf(compare(linesOf(before ?? ''), linesOf(after ?? '')));
  if (hunks.length === 0 && modes.length === 0) return '';
  const names = [
    `--- ${before === null ? '/dev/null' : change.path}`,
    `+++ ${after === null ? '/dev/null' : change.path}`,
  ];
  return [...modes, ...(hunks.length === 0 ? [] : names), ...hunks, ''].join('\n');
}

function modeLines(change: FileChange): readonly string[] {
  const octal = (mode: number): string => `100${mode.toString(8).padStart(3, '0')}`;
  if (change.before === null)
    return change.after === null ? [] : [`new file mode ${octal(change.after.mode)} ${change.path}`];
  if (change.after === null) return [`deleted file mode ${octal(change.before.mode)} ${change.path}`];
  if (change.before.mode === change.after.mode) return [];
  return [`mode ${octal(change.before.mode)} => ${octal(change.after.mode)} ${change.path}`];
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return 'binary';
  }
}

const noNewline = '\\ No newline at end of file';

/** With a final newline each line is as it is; without one the last line says so, as diff(1) does. */
function linesOf(text: string): readonly string[] {
  if (text === '') return [];
  const lines = text.split('\n').map(visible);
  if (lines[lines.length - 1] === '') return lines.slice(0, -1);
  return [...lines.slice(0, -1), `${lines[lines.length - 1] ?? ''}\n${noNewline}`];
}

function visible(line: string): string {
  return line.replace(/[\p{Cc}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, (char) =>
    char === '\t' ? char : `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}

interface Edit {
  readonly sign: ' ' | '-' | '+';
  readonly line: string;
}

function compare(before: readonly string[], after: readonly string[]): readonly Edit[] {
  let head = 0;
  while (head < before.length && head < after.length && before[head] === after[head]) head++;
  let tail = 0;
  const most = Math.min(before.length, after.length) - head;
  while (tail < most && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail++;
  const same = (line: string): Edit => ({ sign: ' ', line });
  return [
    ...before.slice(0, head).map(same),
    ...compareMiddle(before.slice(head, before.length - tail), after.slice(head, after.length - tail)),
    ...before.slice(before.length - tail).map(same),
  ];
}

/** The longest common subsequence, from a table of its lengths. */
function compareMiddle(before: readonly string[], after: readonly string[]): readonly Edit[] {
  const width = after.length + 1;
  if (before.length * after.length > comparisonLimit) return [...removed(before), ...added(after)];
  const lengths = new Uint32Array((before.length + 1) * width);
  const at = (row: number, column: number): number => lengths[row * width + column] ?? 0;
  for (let row = before.length - 1; row >= 0; row--) {
    for (let column = after.length - 1; column >= 0; column--) {
      lengths[row * width + column] =
        before[row] === after[column]
          ? at(row + 1, column + 1) + 1
          : Math.max(at(row + 1, column), at(row, column + 1));
    }
  }
  const edits: Edit[] = [];
  let [row, column] = [0, 0];
  while (row < before.length && column < after.length) {
    const [old, fresh] = [before[row] ?? '', after[column] ?? ''];
    if (old === fresh) {
      edits.push({ sign: ' ', line: old });
      row++;
      column++;
    } else if (at(row + 1, column) >= at(row, column + 1)) {
      edits.push({ sign: '-', line: old });
      row++;
    } else {
      edits.push({ sign: '+', line: fresh });
      column++;
    }
  }
  return [...edits, ...removed(before.slice(row)), ...added(after.slice(column))];
}

const removed = (lines: readonly string[]): readonly Edit[] => lines.map((line) => ({ sign: '-', line }));
const added = (lines: readonly string[]): readonly Edit[] => lines.map((line) => ({ sign: '+', line }));

function hunksOf(edits: readonly Edit[]): readonly string[] {
  const lines: string[] = [];
  for (const [from, to] of spans(edits)) {
    const [before, after] = [edits.slice(0, from), edits.slice(from, to)];
    lines.push(`@@ -${range(before, after, '+')} +${range(before, after, '-')} @@`);
    for (const edit of after) lines.push(...`${edit.sign}${edit.line}`.split('\n'));
  }
  return lines;
}

/** Runs of edits with their context; runs that touch are one. */
function spans(edits: readonly Edit[]): readonly (readonly [number, number])[] {
  const found: [number, number][] = [];
  for (const [index, edit] of edits.entries()) {
    if (edit.sign === ' ') continue;
    const last = found[found.length - 1];
    const [from, to] = [Math.max(0, index - context), Math.min(edits.length, index + context + 1)];
    if (last !== undefined && from <= last[1]) last[1] = to;
    else found.push([from, to]);
  }
  return found;
}

/** `start,count` of one side; a side without lines names the line before. */
function range(before: readonly Edit[], within: readonly Edit[], otherSide: '+' | '-'): string {
  const count = within.filter((edit) => edit.sign !== otherSide).length;
  const start = before.filter((edit) => edit.sign !== otherSide).length + (count === 0 ? 0 : 1);
  return count === 1 ? `${start}` : `${start},${count}`;
}
