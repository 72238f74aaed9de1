import type { Namespace } from './namespace.ts';

/** What the kernel of a server holds, as `ip` prints it: a line each, rules by priority, then by text. */
export interface KernelText {
  readonly rules: readonly string[];
  readonly rules6: readonly string[];
  /** Routes of main. */
  readonly main: readonly string[];
  readonly main6: readonly string[];
  /** Routes of the tables of the band, by number, both families. */
  readonly tables: ReadonlyMap<number, readonly string[]>;
}

/** The band of tables and priorities that belongs to enid. */
const band = { first: 21_000, last: 21_999 } as const;

export async function readKernel(server: Pick<Namespace, 'run'>): Promise<KernelText> {
  const [rules, rules6, main, main6, all, all6] = await Promise.all([
    lines(server, ['-4', 'rule', 'show']),
    lines(server, ['-6', 'rule', 'show']),
    lines(server, ['-4', 'route', 'show', 'table', 'main']),
    lines(server, ['-6', 'route', 'show', 'table', 'main']),
    lines(server, ['-4', 'route', 'show', 'table', 'all']),
    lines(server, ['-6', 'route', 'show', 'table', 'all']),
  ]);
  const tables = new Map<number, string[]>();
  for (const line of [...all, ...all6]) {
    const table = Number(/ table (\d+)/.exec(line)?.[1]);
    if (!(table >= band.first && table <= band.last)) continue;
    tables.set(table, [...(tables.get(table) ?? []), line.replace(/ table \d+/, '')]);
  }
  return { rules, rules6, main, main6, tables };
}

/** Rules of the band, both families. */
export function bandRules({ rules, rules6 }: KernelText): readonly string[] {
  return [...rules, ...rules6].filter((line) => {
    const priority = Number.parseInt(line, 10);
    return priority >= band.first && priority <= band.last;
  });
}

/** The default routes of main, both families. */
export function defaults({ main, main6 }: KernelText): readonly string[] {
  return [...main, ...main6].filter((line) => line.startsWith('default'));
}

async function lines(server: Pick<Namespace, 'run'>, args: readonly string[]): Promise<readonly string[]> {
  const ran = await server.run(['ip', ...args]);
  if (ran.code !== 0 && !/does not exist/.test(ran.stderr))
    throw new Error(`ip ${args.join(' ')}: ${ran.stderr}`);
  return ran.stdout
    .split('\n')
    .map((line) => line.trim().replace(/\s+/g, ' '))
    .filter((line) => line !== '')
    .sort((one, other) => priority(one) - priority(other) || (one < other ? -1 : Number(one > other)));
}

/** Rules begin with it; the order of routes means nothing. */
function priority(line: string): number {
  return Number(/^(\d+):\s/.exec(line)?.[1] ?? 0);
}
