import type { ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';
import { ended } from './process-group.ts';

/** Bytes of output that are kept; a full routing table of 300 000 routes is about 30 MB. */
const limit = 64 * 1024 * 1024;

/** Milliseconds that output may still arrive after the program itself ended. */
const grace = 200;

/**
 * All that the program writes, as UTF-8; null when it is more than 64 MiB. Reading ends a moment after the program
 * did, even if something it left behind (a DHCP client) still holds the pipe; never before what is in the pipe was read.
 */
export function collect(child: ChildProcess, stream: Readable | null): Promise<string | null> {
  if (stream === null) return Promise.resolve('');
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    let timer: NodeJS.Timeout | undefined;
    const finish = () => {
      clearTimeout(timer);
      resolve(size > limit ? null : Buffer.concat(chunks).toString('utf8'));
    };
    stream.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= limit) chunks.push(chunk);
    });
    stream.once('error', finish);
    stream.once('close', finish);
    // After the moment, once more through the event loop: where this process got no time meanwhile, as on a busy machine,
    // the moment is over before the pipe was looked at.
    const drain = (known: number): void => {
      setImmediate(() => (size === known ? stream.destroy() : drain(size)));
    };
    void ended(child).then(() => {
      timer = setTimeout(() => drain(size), grace);
    });
  });
}
