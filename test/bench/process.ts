import type { Namespace } from '../lab/namespace.ts';

/** What a process has used since it began, all its threads together. */
export interface Usage {
  /** Proportional set size and resident set size, MiB. */
  readonly pss: number;
  readonly rss: number;
  /** On a processor, milliseconds. */
  readonly cpu: number;
  /** Times it was given a processor: voluntary and involuntary switches. */
  readonly wakeUps: number;
}

export async function usage(server: Namespace, pid: number): Promise<Usage> {
  const text = await server.must([
    'sh',
    '-c',
    `cat /proc/${pid}/smaps_rollup /proc/${pid}/task/*/status; echo cpu; cat /proc/${pid}/task/*/schedstat`,
  ]);
  const [memory = '', schedule = ''] = text.split('cpu\n');
  const kilobytes = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(memory)?.[1]);
  const switches = [...memory.matchAll(/ctxt_switches:\s+(\d+)/g)].map((found) => Number(found[1]));
  const run = schedule
    .trim()
    .split('\n')
    .map((line) => Number(line.split(' ')[0]));
  return {
    pss: kilobytes('Pss') / 1024,
    rss: kilobytes('Rss') / 1024,
    cpu: sum(run) / 1e6,
    wakeUps: sum(switches),
  };
}

/** Processes below a process, e.g. the daemon's `ip monitor`. */
export async function children(server: Namespace, pid: number): Promise<readonly number[]> {
  const text = await server.must(['sh', '-c', 'cat /proc/[0-9]*/stat']);
  const found: number[] = [];
  for (const line of text.split('\n')) {
    // The name, in parentheses, may hold blanks.
    const [, child = '', , parent = ''] = /^(\d+) \(.*\) (\S) (\d+)/.exec(line) ?? [];
    if (Number(parent) === pid) found.push(Number(child));
  }
  return found;
}

/**
 * The number of the next process of the machine. Numbers are given in order, to threads too, so that the difference of
 * two marks, less the one that the mark itself takes, is how many were started between them.
 */
export async function processMark(server: Namespace): Promise<number> {
  return Number.parseInt(await server.must(['sh', '-c', 'echo $$']), 10);
}

/** Every file of enid with its time and inode: equal means that nothing was written. */
export async function filesMark(server: Namespace): Promise<string> {
  return await server.must([
    'sh',
    '-c',
    "find /etc/enid /etc/sysctl.d /run/enid /var/lib/enid -printf '%p %T@ %i\\n' | sort",
  ]);
}

function sum(values: readonly number[]): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
