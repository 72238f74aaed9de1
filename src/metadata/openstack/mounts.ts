import type { Files } from '../../ports/files.ts';

/**
 * Where the whole of a device is mounted and seen, by /proc/self/mountinfo (proc_pid_mountinfo(5)); null where it is
 * not, or where that cannot be read.
 */
export async function mountPointOf(files: Pick<Files, 'readText'>, device: string): Promise<string | null> {
  const table = await files.readText('/proc/self/mountinfo');
  if (!table.ok || table.value === null) return null;
  // In the order of mounting: what is mounted later on the same place hides what was there before.
  const seen = new Map<string, string>();
  for (const line of table.value.split('\n')) {
    const [before = '', after = ''] = line.split(' - ');
    const [, , , root = '', mountPoint = ''] = before.split(' ');
    const [, source = ''] = after.split(' ');
    seen.set(unescaped(mountPoint), root === '/' ? unescaped(source) : '');
  }
  return [...seen].find(([, source]) => source === device)?.[0] ?? null;
}

/** Blanks and backslashes are written as three octal digits. */
function unescaped(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}
