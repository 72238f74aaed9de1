import type { Family } from '../model/address.ts';
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
    const ran = await runFamily(exec, family, mine);
    if (!ran.ok) return ran;
    failed.push(...ran.value);
  }
  return ok(failed);
}

async function runFamily(
  exec: Pick<Exec, 'run'>,
  family: Family,
  commands: readonly IpCommand[],
): Promise<Result<readonly FailedCommand[]>> {
  if (commands.some(({ line }) => unbatchable.test(line))) return runSingly(exec, family, commands);
  const argv = ['ip', option[family], '-force', '-batch', '-'];
  const input = commands.map((command) => `${command.line}\n`).join('');
  const run = await exec.run(argv, { input, timeout });
  if (!run.ok) return run;
  const { exitCode, stderr } = run.value;
  if (exitCode > 1) return runSingly(exec, family, commands);
  const failures = failedLines(stderr);
  if (exitCode !== 0 && failures.size === 0) {
    return fail('command-failed', argv.join(' '), stderr.trim().split('\n')[0] ?? '');
  }
  return ok(
    [...failures].flatMap(([line, message]) => {
      const command = commands[line - 1];
      return command === undefined ? [] : [{ command, message }];
    }),
  );
}

/**
 * One process a command, for lines that no batch can hold, and for the case that `ip` did not understand one: it then ends with 255
 * whatever `-force` says, and does not tell at which line. What the batch had done before that line is done already, which is no failure.
 */
async function runSingly(
  exec: Pick<Exec, 'run'>,
  family: Family,
  commands: readonly IpCommand[],
): Promise<Result<readonly FailedCommand[]>> {
  const failed: FailedCommand[] = [];
  for (const command of commands) {
    const run = await exec.run(['ip', option[family], ...command.line.split(' ')]);
    if (!run.ok) return run;
    const message = run.value.stderr.trim().split('\n').join(' ');
    if (run.value.exitCode !== 0 && !isDone.test(message)) failed.push({ command, message });
  }
  return ok(failed);
}

/**
 * A line that `ip -batch` does not read as its words (iproute2 utils.c, getcmdline and makeargs): `#` cuts it, also between quotes, a
 * quote at the start of a word joins what follows, and a backslash at the end joins the next line. Names of other links may hold these.
 */
const unbatchable = /#|(^| )["']|\\$/;

const option: Readonly<Record<Family, string>> = { ipv4: '-4', ipv6: '-6' };
const isDone = /File exists|No such process|No such file or directory|Cannot assign requested address/;

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
