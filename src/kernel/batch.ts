import type { IpCommand } from '../model/difference.ts';
import { fail, ok, type Result } from '../model/problem.ts';
import type { Exec } from '../ports/exec.ts';

export interface FailedCommand {
  readonly command: IpCommand;
  /** What `ip` said, e.g. `RTNETLINK answers: File exists`. */
  readonly message: string;
}

/** Milliseconds for one family's commands; a command takes well under one. */
const timeout = 20_000;

/**
 * Runs the commands in order, one `ip -batch` a family, IPv4 first; commands for links go with the first family that
 * has any, so they come before all of the other's. A command that fails does not hold up the next (`-force`): each
 * mends something of its own, and what is still wrong is seen when the kernel is looked at again.
 * Gives the commands that failed. Errors: `command-missing`, `command-timeout`, `command-failed`.
 */
export async function runBatch(
  exec: Pick<Exec, 'run'>,
  commands: readonly IpCommand[],
): Promise<Result<readonly FailedCommand[]>> {
  const first = commands.some((command) => command.family === 'ipv4') ? 'ipv4' : 'ipv6';
  const failed: FailedCommand[] = [];
  for (const family of ['ipv4', 'ipv6'] as const) {
    const mine = commands.filter(
      (command) => command.family === family || (command.family === 'link' && family === first),
    );
    if (mine.length === 0) continue;
    const argv = ['ip', family === 'ipv4' ? '-4' : '-6', '-force', '-batch', '-'];
    const input = mine.map((command) => `${command.line}\n`).join('');
    const run = await exec.run(argv, { input, timeout });
    if (!run.ok) return run;
    const failures = failedLines(run.value.stderr);
    if (run.value.exitCode !== 0 && failures.size === 0) {
      return fail('command-failed', argv.join(' '), run.value.stderr.trim().split('\n')[0] ?? '');
    }
    for (const [line, message] of failures) {
      const command = mine[line - 1];
      if (command !== undefined) failed.push({ command, message });
    }
  }
  return ok(failed);
}

/** By line number, from 1: what `ip` said before `Command failed -:N`. */
export function failedLines(stderr: string): ReadonlyMap<number, string> {
  const failed = new Map<number, string>();
  let said: string[] = [];
  for (const line of stderr.split('\n')) {
    const number = /^Command failed \S*:(\d+)/.exec(line)?.[1];
    if (number === undefined) {
      if (line.trim() !== '') said.push(line.trim());
    } else {
      failed.set(Number(number), said.join(' '));
      said = [];
    }
  }
  return failed;
}
