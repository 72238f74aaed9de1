import type { Problem, ProblemCode } from '../model/problem.ts';
import type { RunReport } from '../model/run.ts';

/** The exit codes of every command (design section 2). */
export const exitCodes = {
  done: 0,
  failed: 1,
  usage: 2,
  degraded: 3,
  refused: 4,
  pending: 10,
  tryLater: 75,
} as const;

const usage: readonly ProblemCode[] = ['usage', 'config-unreadable', 'config-invalid'];
const refused: readonly ProblemCode[] = ['not-root', 'container'];

/** The exit code of a command that ended with this problem. */
export function exitCodeOfProblem({ code }: Pick<Problem, 'code'>): number {
  if (usage.includes(code)) return exitCodes.usage;
  if (refused.includes(code)) return exitCodes.refused;
  if (code === 'rolled-back') return exitCodes.degraded;
  return code.startsWith('metadata-') || code === 'provider-unknown' ? exitCodes.tryLater : exitCodes.failed;
}

/** The exit code of a one-shot run. A failure that has a problem to name takes that problem's. */
export function exitCodeOfRun(report: Pick<RunReport, 'outcome' | 'problems'>): number {
  const [first] = report.problems;
  switch (report.outcome) {
    case 'unchanged':
    case 'applied':
      return exitCodes.done;
    case 'degraded':
    case 'rolled-back':
      return exitCodes.degraded;
    case 'unknown':
      return exitCodes.tryLater;
    case 'rollback-failed':
      return exitCodes.failed;
    case 'refused':
    case 'failed':
      return first === undefined ? exitCodes.failed : exitCodeOfProblem(first);
  }
}

/** `--boot`: a non-zero exit of the cloud-init hook marks the boot failed, so what a person can wait for is 0. */
export function exitCodeAtBoot(code: number): number {
  const harmless: readonly number[] = [exitCodes.degraded, exitCodes.refused, exitCodes.tryLater];
  return harmless.includes(code) ? exitCodes.done : code;
}
