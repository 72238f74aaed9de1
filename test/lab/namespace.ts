import type { ChildProcess } from 'node:child_process';
import { closing } from './cleanup.ts';
import { must, type Ran, run, start } from './run.ts';

/** A network namespace, held by a process, with nothing named anywhere. */
export interface Namespace {
  /** For people. */
  readonly name: string;
  /** What `ip link set … netns` takes. */
  readonly pid: number;
  /** Starts a program inside; standard input, output and error are pipes. */
  start(argv: readonly string[]): ChildProcess;
  /** Runs a program inside to its end. */
  run(argv: readonly string[], input?: string, timeout?: number): Promise<Ran>;
  /** Runs a program inside that has to succeed; gives its output. */
  must(argv: readonly string[], input?: string): Promise<string>;
  /** Runs lines of `ip -batch` that all have to succeed. A line may begin with `-6`. */
  ip(lines: readonly string[]): Promise<void>;
  /** Sets keys below /proc/sys, written with slashes, in the order given. */
  sysctl(values: Readonly<Record<string, string | number>>): Promise<void>;
  close(): Promise<void>;
}

/** Only a network of its own: routers and peers. Its programs (a virtual machine may be one) end with the lab, even a killed one. */
export function makeNamespace(name: string): Promise<Namespace> {
  const holder = start(['unshare', '--net', 'sh', '-c', 'ip link set lo up && echo ready && exec cat']);
  const mortal = ['setpriv', '--pdeathsig', 'KILL', '--'];
  return held(name, holder, (pid) => [...mortal, 'nsenter', `--net=/proc/${pid}/ns/net`, '--']);
}

/**
 * A machine of its own: network, processes and mounts; all its processes end with it. `script` runs inside first
 * (POSIX sh); the holder is then its PID 1 and reaps what is orphaned.
 */
export function makeMachine(name: string, script: string): Promise<Namespace> {
  const init = 'set -e; ip link set lo up; exec 3<&0; echo ready; cat <&3 >/dev/null & wait $!';
  const flags = ['--net', '--mount', '--pid', '--fork', '--mount-proc', '--kill-child'];
  const holder = start(['unshare', ...flags, 'sh', '-c', `${script}\n${init}`]);
  return held(name, holder, (pid) => [
    'nsenter',
    `--net=/proc/${pid}/ns/net`,
    `--mount=/proc/${pid}/ns/mnt`,
    `--pid=/proc/${pid}/ns/pid_for_children`,
    '--',
  ]);
}

async function held(
  name: string,
  holder: ChildProcess,
  enter: (pid: number) => readonly string[],
): Promise<Namespace> {
  const ended = new Promise<void>((resolve) => holder.once('close', () => resolve()));
  const programs = new Set<ChildProcess>();
  const close = closing(async () => {
    const gone = [...programs].map((program) => new Promise((resolve) => program.once('exit', resolve)));
    for (const program of programs) program.kill('SIGKILL');
    await Promise.all(gone);
    holder.stdin?.destroy();
    holder.kill('SIGKILL');
    await ended;
  });
  await ready(name, holder);
  const pid = holder.pid ?? 0;
  const inside = enter(pid);
  const namespace: Namespace = {
    name,
    pid,
    start(argv) {
      const program = start([...inside, ...argv]);
      programs.add(program);
      for (const end of ['exit', 'error'] as const) program.once(end, () => programs.delete(program));
      return program;
    },
    run: (argv, input, timeout) => run([...inside, ...argv], input, timeout),
    must: (argv, input) => must([...inside, ...argv], input),
    ip: (lines) => batch(namespace, lines),
    async sysctl(values) {
      const writes = Object.entries(values).map(([key, value]) => `echo ${value} > /proc/sys/${key}`);
      await must([...inside, 'sh', '-ec', writes.join('\n')]);
    },
    close,
  };
  return namespace;
}

/** Lines of one family after another are one batch; the order is kept. */
async function batch(namespace: Namespace, lines: readonly string[]): Promise<void> {
  let rest = lines;
  while (rest.length > 0) {
    const six = rest[0]?.startsWith('-6 ') ?? false;
    const end = rest.findIndex((line) => line.startsWith('-6 ') !== six);
    const some = end === -1 ? rest : rest.slice(0, end);
    rest = end === -1 ? [] : rest.slice(end);
    const text = some.map((line) => `${line.replace(/^-6 /, '')}\n`).join('');
    await namespace.must(['ip', ...(six ? ['-6'] : []), '-batch', '-'], text);
  }
}

function ready(name: string, holder: ChildProcess): Promise<void> {
  let heard = '';
  holder.stderr?.on('data', (chunk: Buffer) => {
    heard += chunk.toString('utf8');
  });
  return new Promise((resolve, reject) => {
    holder.stdout?.once('data', () => resolve());
    holder.once('error', reject);
    holder.once('close', () =>
      reject(new Error(`the namespace of ${name} could not be made: ${heard.trim()}`)),
    );
  });
}
