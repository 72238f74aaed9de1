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
  /** Of link events, the name as printed where it has an `@`: of a link with a parent, or a part of the name itself. */
  readonly printed?: string;
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
/** How `ip` refuses a form, which ends it; whatever else it complains of, it goes on after. */
const refusal = /is unknown, try|^Usage:/;

/** An `ip monitor` that runs. */
export interface KernelWatch extends Following {
  /** False on iproute2 before 4.x, once that is known: there only a look at the kernel shows that rules changed. */
  readonly seesRules: boolean;
}

export interface KernelListener {
  readonly onEvent: (event: KernelEvent) => void;
  /**
   * Something was said and could not be heard: the kernel had more to say than the socket could take (`netlink receive
   * error`, ENOBUFS). `ip` goes on after that, and what was lost has to be looked for.
   */
  readonly onLoss: (message: string) => void;
}

/**
 * Tells every change of links, addresses, routes and rules (`seesRules`). One `ip monitor` runs; `ended` settles when
 * it ended: then look at the kernel and watch anew. Never rejects.
 */
export function watchKernel(exec: Pick<Exec, 'follow'>, listener: KernelListener): KernelWatch {
  let stopped = false;
  let current: Following;
  let seesRules = true;
  const run = async (): Promise<number | null> => {
    let code: number | null = null;
    for (const argv of forms) {
      let heard = false;
      seesRules = argv.includes('rule');
      const onLine = (line: string) => {
        heard = true;
        const event = parseEvent(line);
        if (event !== null && !stopped) listener.onEvent(event);
      };
      const onError = (line: string) => {
        if (line.trim() !== '' && !refusal.test(line) && !stopped) listener.onLoss(line);
      };
      current = exec.follow(argv, onLine, onError);
      code = await current.ended;
      if (stopped || heard || code === null || code === 0) break;
    }
    return code;
  };
  const ended = run();
  return {
    get started() {
      return current.started;
    },
    ended,
    stop: () => {
      stopped = true;
      current.stop();
    },
    get seesRules() {
      return seesRules;
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
  const line = unlabelled.replace(/^Deleted /, '').replace(/^[ \t]+|[ \t]+$/g, '');
  if (line === '') return null;
  const link = /^\d+: ([^ \t]+): </.exec(line)?.[1];
  if (link !== undefined) {
    const at = link.lastIndexOf('@');
    const address = /link\/ether (\S+)/.exec(line)?.[1];
    const mac = address === undefined ? null : parseMac(address, 'ip monitor');
    const name = at <= 0 ? link : link.slice(0, at);
    const printed = name === link ? {} : { printed: link };
    return {
      object: 'link',
      deleted,
      link: name,
      ...printed,
      mac: mac?.ok === true ? mac.value : null,
      line,
    };
  }
  const addressed = /^\d+: ([^ \t]+?):?[ \t]+inet6? /.exec(line)?.[1];
  if (addressed !== undefined) return { object: 'address', deleted, link: addressed, mac: null, line };
  if (/^\d+:\s/.test(line)) return { object: 'rule', deleted, link: null, mac: null, line };
  return {
    object: 'route',
    deleted,
    link: /(?:^|[ \t])dev ([^ \t]+)/.exec(line)?.[1] ?? null,
    mac: null,
    line,
  };
}
