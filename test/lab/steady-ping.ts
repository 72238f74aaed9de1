import type { Namespace } from './namespace.ts';
import { pingPath } from './ping.ts';

export interface Loss {
  readonly sent: number;
  readonly lost: number;
}

/** Milliseconds in which an echo may still be under way when the pinging stops; such a one is not lost. */
const underWay = 500;

/**
 * Pings every `interval` milliseconds until stopped, each echo answered or lost: shows that something did not change even
 * for a moment. Only from a namespace without processes of its own. Needs `ping`.
 */
export function steadyPing(from: Namespace, address: string, interval = 100): { stop(): Promise<Loss> } {
  if (pingPath === undefined) throw new Error('ping not found: install iputils-ping');
  const child = from.start([pingPath, '-n', '-i', String(interval / 1000), address]);
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
      // A short one has to be answered at least once.
      await new Promise((resolve) => setTimeout(resolve, 50));
      child.kill('SIGINT');
      await ended;
      const sent = Number(/(\d+) packets transmitted/.exec(text)?.[1]);
      if (Number.isNaN(sent)) throw new Error(`ping said nothing of packets: ${text.slice(-500)}`);
      const answered = new Set([...text.matchAll(/icmp_seq=(\d+) ttl=/g)].map((found) => Number(found[1])));
      const last = Math.max(0, ...answered);
      const unanswered = sent - last;
      const tail = unanswered * interval > underWay ? unanswered : 0;
      return { sent, lost: last - answered.size + tail };
    },
  };
}
