import { type Family, parseAddress } from '../model/address.ts';
import type { KernelAddress } from '../model/kernel.ts';
import { ok, type Result } from '../model/problem.ts';
import { records, unreadable, words } from './records.ts';

/** Words after the scope (iproute2 ipaddress.c); `flags XX` holds those that this `ip` has no word for. */
const flagWords = new Set([
  'secondary',
  'temporary',
  'nodad',
  'optimistic',
  'home',
  'deprecated',
  'tentative',
  'permanent',
  'mngtmpaddr',
  'noprefixroute',
  'autojoin',
  'stable-privacy',
  'dadfailed',
  'dynamic',
]);

/**
 * Reads `ip -o address show` of any version, also without `-o`: the link lines among them are passed over.
 * Errors: `kernel-unreadable` for a line or word it does not know.
 */
export function parseAddresses(text: string, command: string): Result<readonly KernelAddress[]> {
  const addresses: KernelAddress[] = [];
  for (const record of records(text)) {
    const parts = record.split('\n');
    const head = /^\d+: (?<link>[^ \t]+?)(?:@[^ \t]+)?:?(?:[ \t]+(?<rest>.*))?$/s.exec(parts[0] ?? '');
    if (head?.groups === undefined) return unreadable(command, record, 'no index and name');
    const { rest = '' } = head.groups;
    // Before an address `ip -o` prints the name alone, so an `@` is part of it; on a line of the link what follows it is the parent.
    const whole = /^\d+: ([^ \t]+)[ \t]+inet6? /.exec(parts[0] ?? '')?.[1];
    const link = whole ?? head.groups.link ?? '';
    for (const part of [rest, ...parts.slice(1)]) {
      if (!/^\s*inet6? /.test(part)) {
        if (/^\s*($|<|valid_lft |link\/|altname |alias |RX:|TX:)/.test(part)) continue;
        return unreadable(command, record, `unknown line "${part}"`);
      }
      const address = parsePart(link, part);
      if (typeof address === 'string') return unreadable(command, record, address);
      addresses.push(address);
    }
  }
  return ok(addresses);
}

/** `inet A/len [metric N] [peer B/len] [brd B] [any A] scope S FLAGS [label]`; text: why it cannot be read. */
function parsePart(link: string, part: string): KernelAddress | string {
  const [inet, local = '', ...rest] = words(part);
  const family: Family = inet === 'inet6' ? 'ipv6' : 'ipv4';
  const flags: string[] = [];
  let length = lengthOf(local);
  let scope: string | null = null;
  let broadcast: string | null = null;
  for (let at = 0; at < rest.length; at++) {
    const word = rest[at] ?? '';
    const next = rest[at + 1] ?? '';
    const isOwnLabel = word === link || word.startsWith(`${link}:`);
    const isLast = at === rest.length - 1 && !flagWords.has(word);
    if (family === 'ipv4' && scope !== null && (isOwnLabel || isLast)) continue; // the label
    if (word === 'scope') scope = next;
    else if (word === 'brd') broadcast = next;
    else if (word === 'peer') length = lengthOf(next) ?? length;
    else if (word === 'flags') flags.push(`flags-${next}`);
    else if (flagWords.has(word)) {
      flags.push(word);
      continue;
    } else if (!['metric', 'any', 'proto'].includes(word)) return `unknown word "${word}"`;
    if (next === '') return `"${word}" without a value`;
    at++;
  }
  const address = parseAddress(local.split('/')[0] ?? '', link, family);
  if (!address.ok) return address.problem.message;
  if (scope === null) return 'no scope';
  const bits = family === 'ipv4' ? 32 : 128;
  const prefixLength = length ?? bits;
  if (prefixLength > bits) return `prefix length ${prefixLength}`;
  const found = { link, family, address: address.value, prefixLength, scope, flags };
  if (broadcast === null) return found;
  const parsed = parseAddress(broadcast, link, family);
  return parsed.ok ? { ...found, broadcast: parsed.value } : parsed.problem.message;
}

function lengthOf(word: string): number | null {
  const length = /\/(\d{1,3})$/.exec(word)?.[1];
  return length === undefined ? null : Number(length);
}
