import { type Address, type Family, familyOf } from '../model/address.ts';
import { fail, ok, type Result } from '../model/problem.ts';
import type { Exec } from '../ports/exec.ts';
import { failedLines } from './batch.ts';
import { builtInNames } from './names.ts';
import { parseRoute } from './parse-route.ts';
import { records } from './records.ts';

export interface Question {
  readonly destination: Address;
  /** The source the packet would have; without it the kernel chooses one. */
  readonly from?: Address | undefined;
}

/** Which way the kernel would send a packet; that it would send it no way at all is an answer too. */
export type Answer =
  | {
      readonly reachable: true;
      readonly device: string | null;
      readonly via: Address | null;
      readonly source: Address | null;
    }
  | { readonly reachable: false; readonly why: string };

/** The kernel's refusals of a lookup: no route, a route that refuses, a source that is no address of this machine. */
const refusals =
  /Network is unreachable|No route to host|Permission denied|Invalid argument|Cannot assign requested address/;

/**
 * Asks the kernel with `ip route get`, one process a family for any number of questions; the answers are in the order
 * of the questions. Errors: `kernel-unreadable`, `command-missing`, `command-timeout`, `command-failed`.
 */
export async function routesTo(
  exec: Pick<Exec, 'run'>,
  questions: readonly Question[],
): Promise<Result<readonly Answer[]>> {
  const answers = new Map<Question, Answer>();
  for (const family of ['ipv4', 'ipv6'] as const) {
    const mine = questions.filter((question) => familyOf(question.destination) === family);
    if (mine.length === 0) continue;
    const given = await askFamily(exec, family, mine);
    if (!given.ok) return given;
    for (const [index, answer] of given.value.entries()) {
      const question = mine[index];
      if (question !== undefined) answers.set(question, answer);
    }
  }
  return ok(questions.map((question) => answers.get(question) ?? { reachable: false, why: 'not asked' }));
}

/** One question. Errors as {@link routesTo}. */
export async function routeTo(
  exec: Pick<Exec, 'run'>,
  destination: Address,
  from?: Address,
): Promise<Result<Answer>> {
  const answers = await routesTo(exec, [{ destination, from }]);
  return answers.ok ? ok(answers.value[0] ?? { reachable: false, why: 'not asked' }) : answers;
}

async function askFamily(
  exec: Pick<Exec, 'run'>,
  family: Family,
  questions: readonly Question[],
): Promise<Result<readonly Answer[]>> {
  const argv = ['ip', family === 'ipv4' ? '-4' : '-6', '-o', '-force', '-batch', '-'];
  const lines = questions.map(({ destination, from }) =>
    from === undefined ? `route get ${destination}\n` : `route get ${destination} from ${from}\n`,
  );
  const run = await exec.run(argv, { input: lines.join('') });
  if (!run.ok) return run;
  const failed = failedLines(run.value.stderr);
  const printed = run.value.stdout.split('\n').filter((line) => line.trim() !== '');
  const answers: Answer[] = [];
  for (const index of questions.keys()) {
    const why = failed.get(index + 1);
    const line = why === undefined ? printed.shift() : undefined;
    const place = `ip ${lines[index]?.trim()}`;
    if (why !== undefined && refusals.test(why)) answers.push({ reachable: false, why });
    else if (line === undefined) return fail('kernel-unreadable', place, why ?? 'gave no answer');
    else {
      const answer = parseAnswer(line, family, place);
      if (!answer.ok) return answer;
      answers.push(answer.value);
    }
  }
  return ok(answers);
}

/**
 * One line of `ip -o route get`. Old kernels answer for an unreachable IPv6 address with a route that refuses. The
 * table is not looked at, so that its name need not be known. Errors: `kernel-unreadable`.
 */
export function parseAnswer(line: string, family: Family, place: string): Result<Answer> {
  const plain = records(line)
    .join(' ')
    .replaceAll('\n', ' ')
    .replace(/ table \S+/, '');
  const route = parseRoute(plain, family, builtInNames, place);
  if (!route.ok) return route;
  const { type, device, via, source } = route.value;
  if (['unreachable', 'prohibit', 'blackhole', 'throw'].includes(type)) {
    return ok({ reachable: false, why: `a route of type ${type}` });
  }
  return ok({ reachable: true, device, via, source });
}
