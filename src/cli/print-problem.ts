import type { Problem } from '../model/problem.ts';
import type { Paint } from './paint.ts';

/** A problem for standard error: what, where, and what to do. */
export function printProblem(problem: Problem, paint: Paint): string {
  const advice = problem.advice === '' ? '' : `  ${problem.advice}\n`;
  return `${paint('bad', 'enid:')} ${problem.place}: ${problem.message} ${paint('faint', `(${problem.code})`)}\n${advice}`;
}

/** A problem for `--json`, on standard output. */
export function problemJson(problem: Problem): string {
  const { code, place, message, advice } = problem;
  return `${JSON.stringify({ schema: 1, problem: { code, place, message, advice } }, null, 2)}\n`;
}
