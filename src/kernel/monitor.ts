import { type Mac, parseMac } from '../model/mac.ts';
import type { Exec, Following } from '../ports/exec.ts';

/** Something in the kernel changed. */
export interface KernelEvent {
  readonly object: 'link' | 'address' | 'route' | 'rule';
  readonly deleted: boolean;
  /**
   * The link concerned; null for rules and routes without one. After a rename `ip` may still say the former name in
   * addresses and routes: what is true is read from the kernel, not from events.
   */
  readonly link: string | null;
  /** Of link events: the Ethernet address, also of a link that was just removed. */
  readonly mac: Mac | null;
  /** As `ip monitor` printed it, for the log. */
  readonly line: string;
}

/** `ip monitor rule` came with iproute2 4.x; older ones end at once with exit code 255 for the unknown word. */
const forms: readonly (readonly string[])[] = [
  ['ip', '-o', 'monitor', 'link', 'address', 'route', 'rule'],
  ['ip', '-o', 'monitor', 'link', 'address', 'route'],
];

/**
 * Calls `onEvent` for every change of links, addresses, routes and rules (rules not on iproute2 before 4.x, where
 * only a look at the kernel shows them). One `ip monitor` runs; `ended` settles when it ended, also when the kernel
 * had more to say than it could take: then look at the kernel and watch anew. Never rejects.
 */
export function watchKernel(exec: Pick<Exec, 'follow'>, onEvent: (event: KernelEvent) => void): Following {
  let stopped = false;
  let current: Following;
  const run = async (): Promise<number | null> => {
    let code: number | null = null;
    for (const argv of forms) {
      let heard = false;
      current = exec.follow(argv, (line) => {
        heard = true;
        const event = parseEvent(line);
        if (event !== null && !stopped) onEvent(event);
      });
      code = await current.ended;
      if (stopped || heard || code === null || code === 0) break;
    }
    return code;
  };
  const ended = run();
  return {
    ended,
    stop: () => {
      stopped = true;
      current.stop();
    },
  };
}

/**
 * One line of `ip -o monitor`; null for a blank one. Whatever is neither link, address nor rule counts as a route:
 * an event is only a reason to look, so none may be lost for its form.
 */
export function parseEvent(text: string): KernelEvent | null {
  const unlabelled = text.replace(/^(\[[^\]]*\]\s*)+/, '');
  const deleted = /^Deleted /.test(unlabelled);
  const line = unlabelled.replace(/^Deleted /, '').trim();
  if (line === '') return null;
  const link = /^\d+: (\S+): </.exec(line)?.[1];
  if (link !== undefined) {
    const at = link.lastIndexOf('@');
    const address = /link\/ether (\S+)/.exec(line)?.[1];
    const mac = address === undefined ? null : parseMac(address, 'ip monitor');
    const name = at <= 0 ? link : link.slice(0, at);
    return { object: 'link', deleted, link: name, mac: mac?.ok === true ? mac.value : null, line };
  }
  const addressed = /^\d+: (\S+?):?\s+inet6? /.exec(line)?.[1];
  if (addressed !== undefined) return { object: 'address', deleted, link: addressed, mac: null, line };
  if (/^\d+:\s/.test(line)) return { object: 'rule', deleted, link: null, mac: null, line };
  return { object: 'route', deleted, link: /\bdev (\S+)/.exec(line)?.[1] ?? null, mac: null, line };
}
