import { type ChildProcess, spawn } from 'node:child_process';

export interface Ran {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Every process of a lab carries this variable, which is how leftovers are found. */
export const labVariable = 'ENID_LAB';

/** The only variables that a process of a lab sees. */
export function labEnvironment(): NodeJS.ProcessEnv {
  const path = process.env.PATH ?? '/usr/bin:/bin';
  return { PATH: `${path}:/usr/local/sbin:/usr/sbin:/sbin`, LC_ALL: 'C', [labVariable]: labId };
}

/** Names this process's labs: shown by `ps e`, looked for by `leftovers`. */
export const labId = `${process.pid}-${Date.now().toString(36)}`;

export function start(argv: readonly string[]): ChildProcess {
  const [program = '', ...rest] = argv;
  return spawn(program, rest, { env: labEnvironment(), stdio: ['pipe', 'pipe', 'pipe'] });
}

/** Runs to the end and tells how it ended; throws only if the program could not be started. */
export function run(argv: readonly string[], input = '', timeout = 60_000): Promise<Ran> {
  const child = start(argv);
  const stdout = collect(child.stdout);
  const stderr = collect(child.stderr);
  const timer = setTimeout(() => child.kill('SIGKILL'), timeout);
  child.stdin?.on('error', () => {});
  child.stdin?.end(input);
  return new Promise((resolve, reject) => {
    child.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve({ code, stdout: stdout(), stderr: stderr() });
    });
  });
}

/** Runs and gives standard output; anything but exit 0 is thrown with all that it said. */
export async function must(argv: readonly string[], input = ''): Promise<string> {
  const ran = await run(argv, input);
  if (ran.code === 0) return ran.stdout;
  throw new Error(`${argv.join(' ')}: exit ${ran.code}\n${ran.stderr}${ran.stdout}${input}`);
}

function collect(stream: NodeJS.ReadableStream | null): () => string {
  const chunks: Buffer[] = [];
  stream?.on('data', (chunk: Buffer) => chunks.push(chunk));
  return () => Buffer.concat(chunks).toString('utf8');
}
