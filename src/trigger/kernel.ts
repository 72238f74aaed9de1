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
}

/** What is remembered of a link, so that only what changes about it counts. */
interface SeenLink {
  readonly mac: Mac | null;
  readonly up: boolean;
  readonly carrier: boolean;
}

/**
 * Makes the reader of kernel events, which remembers what it heard; `links` are those of the first look. A link that
 * appears or vanishes is `link`; what else changes in links (up, carrier), addresses, routes and rules is `drift`,
 * which asks the kernel and not the metadata, and does not try again what was rolled back. What is only said again (renewed lifetimes, statistics) is nothing.
 */
export function kernelReader(links: readonly Link[], isOurs: IsOurs): (event: KernelEvent) => Noticed {
  const seen = new Map<string, SeenLink>(
    links.map(({ name, mac, up, carrier }) => [name, { mac, up, carrier }]),
  );
  const addresses = new Set<string>();
  return (event) => {
    if (event.object === 'link') return readLink(event, seen, isOurs);
    const isNew = event.object !== 'address' || readAddress(event, addresses);
    if (!isNew || isNoise(event)) return { trigger: null, removed: null };
    const where = event.link === null ? '' : ` on ${event.link}`;
    const detail = `${article[event.object]} ${event.deleted ? 'went' : 'came'}${where}`;
    return { trigger: { kind: 'drift', detail }, removed: null };
  };
}

const article = { address: 'an address', route: 'a route', rule: 'a rule' } as const;

function readLink(event: KernelEvent, seen: Map<string, SeenLink>, isOurs: IsOurs): Noticed {
  const { link: name, mac, line } = event;
  if (name === null) return { trigger: null, removed: null };
  const before = seen.get(name);
  const kind = isNic(name, event, isOurs) ? 'link' : 'drift';
  if (event.deleted) {
    seen.delete(name);
    return { trigger: { kind, detail: `${name} vanished` }, removed: mac ?? before?.mac ?? null };
  }
  const now: SeenLink = { mac, up: hasFlag(line, 'UP'), carrier: hasFlag(line, 'LOWER_UP') };
  seen.set(name, now);
  const change = describeChange(before, now);
  if (change === null) return { trigger: null, removed: null };
  const isNew = before === undefined || before.mac !== mac;
  return { trigger: { kind: isNew ? kind : 'drift', detail: `${name} ${change}` }, removed: null };
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
function isNic(name: string, { mac, line }: KernelEvent, isOurs: IsOurs): boolean {
  return isOurs(name, mac) || (mac !== null && !line.includes(`${name}@`));
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
