import type { KernelEvent } from '../kernel/monitor.ts';
import type { Link } from '../model/kernel.ts';
import type { Mac } from '../model/mac.ts';
import type { Trigger } from '../model/run.ts';

/** Is this link one of our NICs by its MAC, or one that the configuration includes? */
export type IsOurs = (link: string, mac: Mac | null) => boolean;

export interface Noticed {
  /** Null: nothing that concerns us. */
  readonly trigger: Trigger | null;
  /** The MAC of a link that the kernel removed just now. */
  readonly removed: Mac | null;
  /**
   * The link that went down, lost its carrier or vanished: the kernel flushes its routes and its IPv6 addresses then, or a
   * network service does.
   */
  readonly lost?: string;
}

/** What is remembered of a link, so that only what changes about it counts. */
interface SeenLink {
  readonly mac: Mac | null;
  readonly up: boolean;
  readonly carrier: boolean;
  /** It has neither a lower link nor a peer. */
  readonly isPlain: boolean;
}

/** Remembers what it heard and saw of the kernel, and tells what is new. */
export interface KernelReader {
  hear(event: KernelEvent): Noticed;
  /** Compares a look at all links with what was heard: what changed unheard, for when events were lost. */
  look(links: readonly Link[]): readonly Noticed[];
}

/**
 * Makes the reader of kernel events; `links` are those of the first look. A link that
 * appears or vanishes is `link`; what else changes in links (up, carrier), addresses, routes and rules is `drift`,
 * which asks the kernel and not the metadata, and does not try again what was rolled back. What is only said again (renewed lifetimes, statistics) is nothing.
 */
export function kernelReader(links: readonly Link[], isOurs: IsOurs): KernelReader {
  const seen = new Map<string, SeenLink>(links.map((link) => [link.name, seenOf(link)]));
  const addresses = new Set<string>();
  const hear = (event: KernelEvent): Noticed => {
    if (event.object === 'link') return readLink(event, seen, isOurs);
    const isNew = event.object !== 'address' || readAddress(event, addresses);
    if (!isNew || isNoise(event)) return nothing;
    const where = event.link === null ? '' : ` on ${event.link}`;
    const detail = `${article[event.object]} ${event.deleted ? 'went' : 'came'}${where}`;
    return { trigger: { kind: 'drift', detail }, removed: null };
  };
  const look = (now: readonly Link[]): readonly Noticed[] => {
    addresses.clear(); // one that went unheard is new when it comes again
    const names = new Set(now.map((link) => link.name));
    const macs = new Set(now.map((link) => link.mac));
    const gone = [...seen].filter(([name]) => !names.has(name));
    return [
      ...gone.map(([name, { mac, isPlain }]): Noticed => {
        const vanished = vanish(name, isNic(name, mac, isPlain, isOurs), seen);
        return { ...vanished, removed: macs.has(mac) ? null : mac };
      }),
      ...now.map((link) => notice(link.name, seenOf(link), seen, isOurs)),
    ].filter((noticed) => noticed.trigger !== null);
  };
  return { hear, look };
}

const nothing: Noticed = { trigger: null, removed: null };
const article = { address: 'an address', route: 'a route', rule: 'a rule' } as const;

function readLink(event: KernelEvent, seen: Seen, isOurs: IsOurs): Noticed {
  const { mac, line, deleted, printed } = event;
  // an `@` of a name: the look that came before knows the link by all of it
  const name = printed !== undefined && seen.has(printed) ? printed : event.link;
  if (name === null) return nothing;
  const isPlain = !line.includes(`${name}@`);
  if (deleted) {
    const formerMac = seen.get(name)?.mac ?? null;
    return { ...vanish(name, isNic(name, mac, isPlain, isOurs), seen), removed: mac ?? formerMac };
  }
  const now = { mac, up: hasFlag(line, 'UP'), carrier: hasFlag(line, 'LOWER_UP'), isPlain };
  return notice(name, now, seen, isOurs);
}

type Seen = Map<string, SeenLink>;

function vanish(name: string, wasNic: boolean, seen: Seen): Noticed {
  seen.delete(name);
  const trigger = { kind: wasNic ? ('link' as const) : ('drift' as const), detail: `${name} vanished` };
  return { trigger, removed: null, lost: name };
}

function notice(name: string, now: SeenLink, seen: Seen, isOurs: IsOurs): Noticed {
  const before = seen.get(name);
  seen.set(name, now);
  const change = describeChange(before, now);
  if (change === null) return nothing;
  const isNew = before === undefined || before.mac !== now.mac;
  const kind = isNew && isNic(name, now.mac, now.isPlain, isOurs) ? 'link' : 'drift';
  const isLost = before !== undefined && ((before.up && !now.up) || (before.carrier && !now.carrier));
  const lost = isLost ? { lost: name } : {};
  return { trigger: { kind, detail: `${name} ${change}` }, removed: null, ...lost };
}

/** A look tells the kind (`veth`, `vlan`, `bridge` …) of whatever is no NIC by itself. */
function seenOf({ mac, up, carrier, kind }: Link): SeenLink {
  return { mac, up, carrier, isPlain: kind === null };
}

function describeChange(before: SeenLink | undefined, now: SeenLink): string | null {
  if (before === undefined) return 'appeared';
  if (before.mac !== now.mac) return 'has another MAC';
  if (before.up !== now.up) return now.up ? 'is up' : 'is down';
  if (before.carrier !== now.carrier) return now.carrier ? 'has carrier' : 'lost carrier';
  return null;
}

/** Notes the address; false when it is one that was there already and only its lifetime was renewed. */
function readAddress({ deleted, line }: KernelEvent, addresses: Set<string>): boolean {
  const address = line.replace(/valid_lft.*$/, '').trim();
  if (deleted) {
    addresses.delete(address);
    return true;
  }
  const isNew = !addresses.has(address);
  addresses.add(address);
  return isNew;
}

/**
 * Could the metadata list it? Links without an Ethernet address never; those with a lower link or a peer (`veth1@if7`,
 * `eth0.5@eth0`) only if they are known or included: containers come and go by the hundred.
 */
function isNic(name: string, mac: Mac | null, isPlain: boolean, isOurs: IsOurs): boolean {
  return isOurs(name, mac) || (mac !== null && isPlain);
}

function hasFlag(line: string, flag: string): boolean {
  const flags = /<([^>]*)>/.exec(line)?.[1] ?? '';
  return flags.split(',').includes(flag);
}

/** The kernel makes and removes these by itself with each address; IPv6 link-local ones need nobody's care. */
function isNoise({ object, line }: KernelEvent): boolean {
  if (object === 'address') return / scope (link|host) /.test(`${line} `);
  if (object !== 'route') return false;
  return /^(local|broadcast|anycast|multicast|ff00::\/8|fe80::)/.test(line) || / table local( |$)/.test(line);
}
