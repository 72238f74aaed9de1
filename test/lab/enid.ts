import { cp } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Status, StatusInterface } from '../../src/report/status.ts';
import { temporaryDirectory } from './cleanup.ts';
import { program } from './metadata.ts';
import type { Namespace } from './namespace.ts';
import type { Ran } from './run.ts';

/** enid in the server of a lab: the built `dist/enid.cjs`, on the server's own /etc, /run and /var/lib. */
export interface Enid {
  /** Writes /etc/enid/config.yaml: {@link labConfiguration} with these keys on top of it. */
  configure(configuration: Readonly<Record<string, unknown>>): Promise<void>;
  /** Starts the daemon; resolves as soon as it is a process. */
  start(): Promise<void>;
  /** SIGTERM; gives the exit code and how long it took. Nothing happens if it does not run. */
  stop(): Promise<{ readonly code: number | null; readonly ms: number }>;
  signal(name: 'HUP' | 'TERM' | 'KILL'): Promise<void>;
  /** The daemon's process id inside the server, 0 while it does not run. */
  pid(): number;
  /** What the daemon wrote to standard error so far. */
  log(): string;
  /** The program. */
  readonly bundle: string;
  /** A command, e.g. `enid.run('plan')`. */
  run(...args: readonly string[]): Promise<Ran>;
  /** status.json as it is; null while there is none. */
  status(): Promise<Status | null>;
  /** Waits until the status is so; throws after the deadline (ms), telling the status and the end of the log. */
  until(what: string, holds: (status: Status) => boolean, deadline?: number): Promise<Status>;
  /** Waits until a NIC is `configured` without a difference. */
  untilConfigured(name: string, deadline?: number): Promise<StatusInterface>;
  /** Makes the daemon look at once, as the udev rule does. */
  wake(): Promise<void>;
}

/** What a lab needs: veth NICs have no device behind them, and no network service runs. */
export const labConfiguration = {
  provider: 'alibaba',
  stack: 'none',
  metadata: { poll: '5s', timeout: '1s' },
  interfaces: { include: ['eth*'] },
  rollback: { timeout: '10s' },
} as const;

/** A copy of what was built, so that a build in the meantime changes nothing under a running daemon. */
async function installed(): Promise<string> {
  const built = program('dist/enid.cjs');
  const directory = temporaryDirectory();
  await cp(join(dirname(built), 'templates'), join(directory, 'templates'), { recursive: true });
  await cp(built, join(directory, 'enid.cjs'));
  return join(directory, 'enid.cjs');
}

export async function installEnid(server: Namespace): Promise<Enid> {
  const bundle = await installed();
  const command = (args: readonly string[]): readonly string[] => [process.execPath, bundle, ...args];
  let log = '';
  let pid = 0;
  let ended: Promise<number | null> = Promise.resolve(null);

  async function configure(configuration: Readonly<Record<string, unknown>>): Promise<void> {
    // JSON is YAML.
    const text = JSON.stringify({ ...labConfiguration, ...configuration }, null, 1);
    await server.must(['sh', '-ec', 'cat > /etc/enid/.new; mv /etc/enid/.new /etc/enid/config.yaml'], text);
  }

  async function start(): Promise<void> {
    const child = server.start(['sh', '-c', 'echo $$; exec "$@"', 'sh', ...command(['daemon'])]);
    child.stderr?.on('data', (chunk: Buffer) => {
      log += chunk.toString('utf8');
    });
    ended = new Promise((resolve) => {
      child.once('exit', (code) => {
        pid = 0;
        resolve(code);
      });
    });
    pid = await new Promise<number>((resolve, reject) => {
      child.stdout?.once('data', (chunk: Buffer) => resolve(Number.parseInt(chunk.toString('utf8'), 10)));
      child.once('error', reject);
    });
  }

  async function signal(name: string): Promise<void> {
    if (pid !== 0) await server.run(['sh', '-c', `kill -${name} ${pid}`]);
  }

  async function status(): Promise<Status | null> {
    const { code, stdout } = await server.run(['cat', '/run/enid/status.json']);
    return code === 0 ? (JSON.parse(stdout) as Status) : null;
  }

  async function until(what: string, holds: (status: Status) => boolean, deadline = 15_000): Promise<Status> {
    const end = performance.now() + deadline;
    for (;;) {
      const now = await status();
      if (now !== null && holds(now)) return now;
      if (performance.now() > end || pid === 0) {
        const told = log.split('\n').slice(-25).join('\n');
        throw new Error(
          `${pid === 0 ? 'the daemon does not run' : `not in ${deadline} ms`}: ${what}\n${JSON.stringify(now, null, 1)}\nthe daemon said:\n${told}`,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  await configure({});
  return {
    configure,
    start,
    async stop() {
      const begun = performance.now();
      await signal('TERM');
      return { code: await ended, ms: performance.now() - begun };
    },
    signal,
    bundle,
    pid: () => pid,
    log: () => log,
    run: (...args) => server.run(command(args)),
    status,
    until,
    async untilConfigured(name, deadline) {
      const configured = (status: Status): StatusInterface | undefined =>
        status.interfaces.find(
          (nic) => nic.name === name && nic.state === 'configured' && nic.differences.length === 0,
        );
      const found = configured(
        await until(`${name} is configured`, (now) => configured(now) !== undefined, deadline),
      );
      if (found === undefined) throw new Error('unreachable');
      return found;
    },
    async wake() {
      await server.must(['sh', '-ec', 'mkdir -p /run/enid/trigger; : > /run/enid/trigger/lab']);
    },
  };
}
