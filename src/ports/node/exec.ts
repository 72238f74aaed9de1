import type { ChildProcess } from 'node:child_process';
import { fail, ok, type Result } from '../../model/problem.ts';
import type { Exec, ExecOptions, ExecOutput, Following } from '../exec.ts';
import { collect } from './collect.ts';
import { ended, endGroup, endWithUs, sendSignal } from './process-group.ts';
import { splitLines } from './split-lines.ts';

/** Default of `ExecOptions.timeout`, milliseconds. */
const defaultTimeout = 10_000;

const sbin = ['/usr/sbin', '/sbin', '/usr/bin', '/bin', '/usr/local/sbin', '/usr/local/bin'];

/** PATH for every program: the one enid was given, then the places a service manager or cron leaves out. */
export function programPath(given: string | undefined): string {
  return [...new Set([...(given ?? '').split(':').filter((part) => part.startsWith('/')), ...sbin])].join(
    ':',
  );
}

/**
 * The exec port on execa, which is loaded with the first program. Every program is the leader of a process group of
 * its own, so that a timeout also ends what it started, and a terminal's Ctrl-C reaches enid alone.
 */
export function nodeExec(): Exec {
  return { run, follow, detach, signal: sendSignal };
}

/** In a wrapper, because what execa gives is also a promise of the end, which `await` would wait for. */
async function start(argv: readonly string[], options: StartOptions): Promise<{ child: ChildProcess }> {
  const [program = '', ...rest] = argv;
  const { execa } = await import('execa');
  const child = execa(program, rest, {
    cwd: '/',
    env: { LC_ALL: 'C', PATH: programPath(process.env.PATH), ...options.environment },
    extendEnv: false,
    detached: true,
    reject: false,
    buffer: false,
    stdin: options.input === undefined ? 'ignore' : 'pipe',
    stdout: options.output,
    stderr: options.output,
    ...(options.input === undefined ? {} : { input: options.input }),
  });
  child.catch(() => {}); // `ended` tells the same
  return { child };
}

interface StartOptions {
  readonly input?: string | undefined;
  readonly environment?: Readonly<Record<string, string>> | undefined;
  readonly output: 'pipe' | 'ignore';
}

async function run(argv: readonly string[], options: ExecOptions = {}): Promise<Result<ExecOutput>> {
  const place = argv.join(' ');
  if (options.signal?.aborted === true)
    return fail('command-failed', place, 'was not started: enid is stopping');
  const timeout = options.timeout ?? defaultTimeout;
  const { child } = await start(argv, {
    input: options.input,
    environment: options.environment,
    output: 'pipe',
  });
  // A program that does not read its input closes the pipe: that is no error of ours.
  child.stdin?.on('error', () => {});
  let why: 'timeout' | 'abort' | null = null;
  const stop = (reason: 'timeout' | 'abort') => {
    why ??= reason;
    endGroup(child);
  };
  const timer = setTimeout(stop, timeout, 'timeout');
  const onAbort = () => stop('abort');
  options.signal?.addEventListener('abort', onAbort, { once: true });

  const [stdout, stderr, end] = await Promise.all([
    collect(child, child.stdout),
    collect(child, child.stderr),
    ended(child),
  ]);

  clearTimeout(timer);
  options.signal?.removeEventListener('abort', onAbort);
  if (why === 'timeout') return fail('command-timeout', place, `did not end within ${timeout} ms`);
  if (why === 'abort') return fail('command-failed', place, 'was ended because enid is stopping');
  if (end.error !== null) return cannotStart(argv, end.error);
  if (end.exitCode === null) return fail('command-failed', place, `was ended by ${end.signal ?? 'a signal'}`);
  if (stdout === null || stderr === null)
    return fail('command-failed', place, 'wrote more than enid is willing to read');
  return ok({ exitCode: end.exitCode, stdout, stderr });
}

function follow(
  argv: readonly string[],
  onLine: (line: string) => void,
  onError: (line: string) => void = () => {},
): Following {
  let stopped = false;
  let stop = () => {};
  const starting = start(argv, { output: 'pipe' });
  const following = async () => {
    const { child } = await starting;
    if (stopped) endGroup(child);
    endWithUs(child);
    stop = () => endGroup(child);
    if (child.stdout !== null) splitLines(child.stdout, onLine);
    if (child.stderr !== null) splitLines(child.stderr, onError);
    return (await ended(child)).exitCode;
  };
  return {
    started: starting.then(({ child }) => child.pid ?? null),
    ended: following(),
    stop() {
      stopped = true;
      stop();
    },
  };
}

async function detach(argv: readonly string[]): Promise<Result<number>> {
  const { child } = await start(argv, { output: 'ignore' });
  if (child.pid === undefined)
    return cannotStart(argv, (await ended(child)).error ?? new Error('no process'));
  child.unref();
  return ok(child.pid);
}

function cannotStart(argv: readonly string[], error: NodeJS.ErrnoException): Result<never> {
  const place = argv.join(' ');
  return error.code === 'ENOENT'
    ? fail('command-missing', place, `there is no program "${argv[0] ?? ''}"`)
    : fail('command-failed', place, `could not be started (${error.code ?? error.message})`);
}
