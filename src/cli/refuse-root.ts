import { fail, type Problem } from '../model/problem.ts';
import type { Context } from './command.ts';

/** A command that changes the running system does not do so by the files of an image. Errors: `usage`. */
export function refuseRoot({ root }: Pick<Context, 'root'>): Problem | null {
  if (root === '/') return null;
  const { problem } = fail(
    'usage',
    `--root ${root}`,
    'this command works on the running system',
    'for an image see `enid render`, `enid detect`, `enid recover` and `enid clean`',
  );
  return problem;
}
