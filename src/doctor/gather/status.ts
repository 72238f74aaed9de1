import { fail, ok, type Result } from '../../model/problem.ts';
import type { Files } from '../../ports/files.ts';
import { type Status, statusPath } from '../../report/status.ts';

/** What the last run left; null where nothing ran since boot. Errors: `file-unreadable`. */
export async function readStatus(files: Pick<Files, 'readText'>): Promise<Result<Status | null>> {
  const text = await files.readText(statusPath);
  if (!text.ok) return text;
  if (text.value === null) return ok(null);
  try {
    // Only enid writes this file, and whole.
    const json: unknown = JSON.parse(text.value);
    if (typeof json === 'object' && json !== null && 'schema' in json && json.schema === 1) {
      return ok(json as Status);
    }
  } catch {
    // told below
  }
  return fail('file-unreadable', statusPath, 'is not of this version of enid');
}
