import type * as z from 'zod';
import { fail, type Result } from '../model/problem.ts';

/** `metadata-malformed` for the first thing that a schema did not take: the source, the path of the field, and why. */
export function malformed(error: z.ZodError, source: string): Result<never> {
  const issue = error.issues[0];
  const field = (issue?.path ?? []).map(String).join('/');
  const place = field === '' ? source : `${source} ${field}`;
  return fail('metadata-malformed', place, issue?.message ?? 'of another shape');
}
