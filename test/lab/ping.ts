import { existsSync } from 'node:fs';
import type { Namespace } from './namespace.ts';
import { labEnvironment } from './run.ts';

export interface Answer {
  readonly answered: boolean;
  /** From asking until the first answer, or until it was given up. */
  readonly ms: number;
}

/**
 * Asks an address again and again, every 10 ms, until the first answer or the deadline (milliseconds): an ICMP echo
 * where `ping` is installed, else a TCP connection to a closed port, which the kernel refuses by the same routes.
 */
export async function ping(from: Pick<Namespace, 'run'>, address: string, deadline = 3000): Promise<Answer> {
  const begun = performance.now();
  const waited = (): number => performance.now() - begun;
  // It ends early when the network tells that there is no way (yet).
  while (waited() < deadline) {
    if (await askUntil(from, address, deadline - waited())) return { answered: true, ms: waited() };
  }
  return { answered: false, ms: waited() };
}

function askUntil(from: Pick<Namespace, 'run'>, address: string, deadline: number): Promise<boolean> {
  // ping's own limit as well: one in another process namespace would outlive its `nsenter`.
  const seconds = String(Math.ceil(deadline / 1000));
  const argv =
    pingPath === undefined
      ? tcpProbe(address)
      : [pingPath, '-n', '-q', '-c', '1', '-i', '0.01', '-w', seconds, address];
  return from.run(argv, '', deadline).then(({ code }) => code === 0);
}

/** Where `ping` is, if it is. */
export const pingPath = (labEnvironment().PATH ?? '')
  .split(':')
  .map((directory) => `${directory}/ping`)
  .find((path) => existsSync(path));

function tcpProbe(address: string): readonly string[] {
  const script = `
    const { connect } = require('net');
    (function ask() {
      const socket = connect({ host: '${address}', port: 9 });
      socket.on('error', (error) => (error.code === 'ECONNREFUSED' ? process.exit(0) : setTimeout(ask, 20)));
      socket.on('connect', () => process.exit(0));
      socket.setTimeout(300, () => { socket.destroy(); ask(); });
    })();`;
  return [process.execPath, '-e', script];
}
