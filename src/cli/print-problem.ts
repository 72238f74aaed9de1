import type { Problem } from '../model/problem.ts';
import type { Paint } from './paint.ts';

/** A problem for standard error, and what was found wrong beside it: what, where, and what to do. */
export function printProblem(problem: Problem, paint: Paint): string {
  const printed = [problem, ...(problem.also ?? [])].map(({ code, place, message, advice }) => {
    const line = `${paint('bad', 'enid:')} ${place}: ${message} ${paint('faint', `(${code})`)}\n`;
    return advice === '' ? line : `${line}  ${advice}\n`;
  });
  return printed.join('');
}

/** A problem for `--json`, on standard output. */
export function problemJson(problem: Problem): string {
  const plain = ({ code, place, message, advice }: Problem) => ({ code, place, message, advice });
  const also = problem.also === undefined ? {} : { also: problem.also.map(plain) };
  return `${JSON.stringify({ schema: 1, problem: { ...plain(problem), ...also } }, null, 2)}\n`;
}
