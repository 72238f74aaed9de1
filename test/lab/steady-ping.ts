import type { Namespace } from './namespace.ts';
import { pingPath } from './ping.ts';

export interface Loss {
  readonly sent: number;
  readonly lost: number;
}

/**
 * Pings ten times a second until stopped, each echo answered or lost: shows that something did not change even for a
 * moment. Only from a namespace without processes of its own. Needs `ping`.
 */
export function steadyPing(from: Namespace, address: string): { stop(): Promise<Loss> } {
  if (pingPath === undefined) throw new Error('ping not found: install iputils-ping');
  const child = from.start([pingPath, '-n', '-q', '-i', '0.1', address]);
  let text = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    text += chunk.toString('utf8');
  });
  const ended = new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', () => resolve());
  });
  return {
    async stop() {
      // An echo under way is not lost yet.
      await new Promise((resolve) => setTimeout(resolve, 50));
      child.kill('SIGINT');
      await ended;
      const found = /(?<sent>\d+) packets transmitted, (?<received>\d+) received/.exec(text)?.groups;
      if (found === undefined) throw new Error(`ping said nothing of packets: ${text}`);
      return { sent: Number(found.sent), lost: Number(found.sent) - Number(found.received) };
    },
  };
}
