import { printable } from '../model/mac.ts';
import { fail, type Result } from '../model/problem.ts';

/**
 * Where `-o` starts a line of a record: a backslash with a tab (`nexthop …`) or at least four blanks (`valid_lft …`) after it. Any
 * other backslash is part of a link's name, and so is one right after the index, where only the name of an address's link stands.
 */
const lineStart = /(?<!^\d+: [^ \t]*)\\(?=\t| {4}|$)/g;

/**
 * What `ip` printed, one record an object, with and without `-o`: a line that starts with blanks (`nexthop …`,
 * `valid_lft …`) belongs to the line before it, and `-o` writes such a line after a backslash. The parts of a record
 * are separated by a newline here. Blank lines are left out.
 */
export function records(text: string): readonly string[] {
  const found: string[] = [];
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue;
    const parts = line.replace(lineStart, '\n');
    const last = found.length - 1;
    if (/^[ \t]/.test(parts) && last >= 0) found[last] += `\n${parts}`;
    else found.push(parts);
  }
  return found;
}

/**
 * The words of a record or of a part of it. Only blanks of ASCII separate them: the kernel takes U+2003 and other blanks of Unicode
 * into the name of a link (dev_valid_name refuses its own `isspace` alone, byte by byte).
 */
export function words(record: string): readonly string[] {
  return record.split(/[ \t\n\r]+/).filter((word) => word !== '');
}

/** The problem of a record that cannot be read: `kernel-unreadable` with the command and the line. */
export function unreadable(command: string, record: string, why: string): Result<never> {
  const line = printable(record.replace(/\s+/g, ' ').trim());
  return fail(
    'kernel-unreadable',
    command,
    `${printable(why)} in "${line}"`,
    'please report the line and `ip -V`',
  );
}
