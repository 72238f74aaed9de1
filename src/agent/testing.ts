import { fail, ok, type Result } from '../model/problem.ts';
import type { ExecOutput } from '../ports/exec.ts';
import { nodeFiles } from '../ports/node/files.ts';
import type { Ports } from '../ports/ports.ts';
import { emptyMemory, memoryFiles } from '../transaction/testing.ts';

/** A machine with a primary, for tests: what its kernel and its gateway say, and what was done to it. */
export interface FakeMachine {
  readonly ports: Ports;
  /** The commands that were run beside those that only look, in order; batches line by line. */
  readonly done: string[];
  /** Null: `ip` fails. */
  kernel: { readonly up: boolean; readonly addresses: readonly string[]; readonly default: string } | null;
  /** How often the kernel was looked at. */
  looks: number;
  gateway: 'REACHABLE' | 'FAILED';
  /** What a command does to it. */
  effect: (command: string) => void;
}

/** Well: eth0 is up with its lease, `10.0.0.5/24`, and the gateway 10.0.0.253 answers. */
export async function fakeMachine(): Promise<FakeMachine> {
  const files = memoryFiles(emptyMemory());
  const stat = await nodeFiles('/').read(`/proc/${process.pid}/stat`);
  if (stat.ok && stat.value !== null)
    await files.write(`/proc/${process.pid}/stat`, stat.value.bytes, { mode: 0o444 });
  let now = 0;
  const look = (said: string): Result<ExecOutput> => ok({ exitCode: 0, stdout: said, stderr: '' });
  const machine: FakeMachine = {
    done: [],
    kernel: { up: true, addresses: ['10.0.0.5/24 scope global dynamic'], default: '10.0.0.253' },
    looks: 0,
    gateway: 'REACHABLE',
    effect: () => {},
    ports: {
      files: { ...files, poke: (path, text) => files.write(path, text, { mode: 0o644 }) },
      exec: {
        run: (argv, options = {}) => Promise.resolve(run(argv, options.input ?? '')),
        follow: () => ({ started: Promise.resolve(null), ended: Promise.resolve(0), stop: () => {} }),
        detach: () => Promise.resolve(ok(1)),
        signal: () => ok(true),
      },
      http: { request: () => Promise.resolve(fail('metadata-unreachable', '', 'refused')) },
      clock: {
        now: () => new Date(0),
        monotonic: () => now,
        sleep: (milliseconds) => {
          now += milliseconds;
          return Promise.resolve();
        },
      },
      log: { error: () => {}, warn: () => {}, info: () => {}, debug: () => {} },
      notify: { ready: async () => {}, stopping: async () => {}, watchdog: async () => {} } as never,
    },
  };
  const run = (argv: readonly string[], input: string): Result<ExecOutput> => {
    const command = argv.join(' ');
    const { kernel } = machine;
    if (command === 'ip -d -o link show') {
      machine.looks += 1;
      return kernel === null
        ? fail('command-timeout', 'ip', 'it did not end')
        : look(linkText(kernel.up ? ',UP,LOWER_UP' : ''));
    }
    if (command === 'ip -4 -o -batch -')
      return kernel === null ? fail('command-timeout', 'ip', '') : look(textOf(kernel));
    if (argv[1] === 'neigh') return look(`10.0.0.253 dev eth0 lladdr ee:ff:ff:ff:ff:ff ${machine.gateway}\n`);
    for (const line of input === '' ? [command] : input.trim().split('\n')) {
      machine.done.push(line);
      machine.effect(line);
    }
    return look('');
  };
  return machine;
}

const linkText = (flags: string): string =>
  `2: eth0: <BROADCAST,MULTICAST${flags}> mtu 1500 qdisc mq state UP \\    link/ether 00:16:3e:00:00:01 brd ff:ff:ff:ff:ff:ff\n`;

function textOf({ addresses, default: gateway }: NonNullable<FakeMachine['kernel']>): string {
  return [
    '0:\tfrom all lookup local',
    '32766:\tfrom all lookup main',
    ...(gateway === '' ? [] : [`default via ${gateway} dev eth0`]),
    ...addresses.map((address) => `2: eth0    inet ${address} eth0`),
    '',
  ].join('\n');
}
