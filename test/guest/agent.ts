import type { Ran } from '../lab/run.ts';
import { connectQemu, type QemuSocket } from './qemu-socket.ts';

/** Commands in a guest, by its qemu-guest-agent: nothing of them passes the network under test. */
export interface Agent {
  /** Runs to its end, as root, with the guest's own environment; killed after the timeout (ms). */
  run(argv: readonly string[], input?: string, timeout?: number): Promise<Ran>;
  /** A file's text, without a process in the guest; null where there is none. */
  read(path: string): Promise<string | null>;
  /** Resolves when the agent answers; throws after the deadline (ms). */
  ready(deadline: number): Promise<void>;
  /** Lets go of the machine; the next command connects to whatever listens at the path by then. */
  close(): void;
}

export function makeAgent(path: string): Agent {
  let socket: Promise<QemuSocket> | undefined;

  function link(): Promise<QemuSocket> {
    socket ??= connectQemu(path);
    return socket;
  }

  async function run(argv: readonly string[], input = '', timeout = 60_000): Promise<Ran> {
    const agent = await link();
    const seconds = Math.ceil(timeout / 1000);
    const started = (await agent.ask('guest-exec', {
      path: '/usr/bin/timeout',
      arg: ['-k', '1', String(seconds), ...argv],
      env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'LC_ALL=C'],
      'input-data': Buffer.from(input).toString('base64'),
      'capture-output': true,
    })) as { pid: number };
    for (let wait = 5; ; wait = Math.min(wait * 2, 100)) {
      await new Promise((resolve) => setTimeout(resolve, wait));
      const now = (await agent.ask('guest-exec-status', { pid: started.pid })) as {
        exited: boolean;
        exitcode?: number;
        'out-data'?: string;
        'err-data'?: string;
      };
      if (!now.exited) continue;
      const text = (data = ''): string => Buffer.from(data, 'base64').toString('utf8');
      return { code: now.exitcode ?? null, stdout: text(now['out-data']), stderr: text(now['err-data']) };
    }
  }

  async function read(path: string): Promise<string | null> {
    const agent = await link();
    const handle = await agent.ask('guest-file-open', { path, mode: 'r' }).catch((error: unknown) => {
      if (/No such file/.test(String(error))) return null;
      throw error;
    });
    if (handle === null) return null;
    const answer = (await agent.ask('guest-file-read', { handle, count: 1_000_000 })) as {
      'buf-b64': string;
    };
    await agent.ask('guest-file-close', { handle });
    return Buffer.from(answer['buf-b64'], 'base64').toString('utf8');
  }

  return {
    run,
    read,
    async ready(deadline) {
      const end = performance.now() + deadline;
      const agent = await link();
      for (;;) {
        // 0xff makes the agent forget what it has read of an earlier question.
        agent.send('\n');
        const id = Math.floor(Math.random() * 1e9);
        const answer = await agent.ask('guest-sync', { id }, 1000).catch(() => null);
        if (answer === id) return;
        // Answers to earlier questions come late, all at once, and are dropped while nobody asks.
        await new Promise((resolve) => setTimeout(resolve, 200));
        if (performance.now() > end) throw new Error(`the guest's agent does not answer in ${deadline} ms`);
      }
    },
    close() {
      void socket?.then((one) => one.close()).catch(() => {});
      socket = undefined;
    },
  };
}
