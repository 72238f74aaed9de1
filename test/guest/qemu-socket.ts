import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

type Json = Readonly<Record<string, unknown>>;

/** A socket of qemu that speaks JSON lines: QMP, or the guest agent. One question at a time. */
export interface QemuSocket {
  /** Asks and gives what is under `return`; throws what is under `error`, and after the deadline (ms). */
  ask(execute: string, args?: Json, deadline?: number): Promise<unknown>;
  /** Events seen so far, oldest first. */
  events(): readonly Json[];
  /** Sends bytes as they are, e.g. the guest agent's delimiter. */
  send(text: string): void;
  close(): void;
}

/** Connects to a Unix socket that may not be there yet (deadline in milliseconds). */
export async function connectQemu(path: string, deadline = 10_000): Promise<QemuSocket> {
  const socket = await connected(path, performance.now() + deadline);
  const events: Json[] = [];
  let answer: ((message: Json) => void) | undefined;
  let last: Promise<unknown> = Promise.resolve();
  socket.on('error', () => {});
  createInterface({ input: socket })
    // What the socket says of its end comes here as well.
    .on('error', () => {})
    .on('line', (line) => {
      const message = parse(line);
      if (message === null) return;
      if ('event' in message) events.push(message);
      else if ('return' in message || 'error' in message) answer?.(message);
    });

  async function exchange(execute: string, args: Json, deadline: number): Promise<unknown> {
    const message = await new Promise<Json>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${execute}: no answer in ${deadline} ms`)), deadline);
      answer = (one) => {
        clearTimeout(timer);
        resolve(one);
      };
      socket.write(`${JSON.stringify({ execute, arguments: args })}\n`);
    }).finally(() => {
      answer = undefined;
    });
    if ('error' in message) throw new Error(`${execute}: ${JSON.stringify(message.error)}`);
    return message.return;
  }

  return {
    ask(execute, args = {}, deadline = 10_000) {
      const next = last.then(() => exchange(execute, args, deadline));
      last = next.catch(() => {});
      return next;
    },
    events: () => events,
    send: (text) => void socket.write(text),
    close: () => socket.destroy(),
  };
}

async function connected(path: string, end: number): Promise<Socket> {
  for (;;) {
    const socket = await new Promise<Socket | null>((resolve) => {
      const one = connect(path, () => resolve(one));
      one.once('error', () => resolve(null));
    });
    if (socket !== null) return socket;
    if (performance.now() > end) throw new Error(`nobody listens on ${path}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function parse(line: string): Json | null {
  try {
    // The guest agent's delimiter may stand before an answer.
    return JSON.parse(line.replaceAll('\u00ff', '').replaceAll('\ufffd', '')) as Json;
  } catch {
    return null;
  }
}
