import { type Family, hostPrefix, type Prefix, parseAddress, parsePrefix } from '../model/address.ts';
import type { KernelRule } from '../model/kernel.ts';
import { ok, type Result } from '../model/problem.ts';
import { type Names, tableNumber } from './names.ts';
import { records, unreadable, words } from './records.ts';

/** What a rule may match by beyond `from` and `to` (iproute2 iprule.c), each with a value. */
const selectors = new Set([
  'tos',
  'dsfield',
  'dscp',
  'fwmark',
  'iif',
  'oif',
  'dev',
  'uidrange',
  'ipproto',
  'sport',
  'dport',
  'tun_id',
  'flowlabel',
  'suppress_ifgroup',
  'realms',
  'realm',
]);
/** What a rule may do instead of a lookup; those with a value are `goto` and `map-to`. */
const actions = new Set(['blackhole', 'unreachable', 'prohibit', 'nop', 'masquerade', 'l3mdev']);
const actionsWithValue = new Set(['goto', 'map-to', 'nat']);
/** Say how the rule fares now. */
const stateWords = new Set(['[detached]', '[unresolved]']);

/**
 * Reads `ip -4|-6 rule show` of any version. Errors: `kernel-unreadable` for a word or table name that is not known:
 * a rule that is half understood must not be taken for one of ours.
 */
export function parseRules(
  text: string,
  family: Family,
  names: Names,
  command: string,
): Result<readonly KernelRule[]> {
  const rules: KernelRule[] = [];
  for (const record of records(text)) {
    const rule = readRule(record, family, names);
    if (typeof rule === 'string') return unreadable(command, record, rule);
    rules.push(rule);
  }
  return ok(rules);
}

/** What has been read of a rule so far. */
interface Reading {
  from: Prefix | null;
  to: Prefix | null;
  table: number | null;
  suppressPrefixLength: number | null;
  special: boolean;
  readonly spec: string[];
}

/** Text: why it cannot be read. */
function readRule(record: string, family: Family, names: Names): KernelRule | string {
  const match = /^(\d+):\s+(.*)$/s.exec(record);
  if (match === null) return 'no priority';
  const priority = Number(match[1]);
  const tokens = words(match[2] ?? '');
  const reading: Reading = {
    from: null,
    to: null,
    table: null,
    suppressPrefixLength: null,
    special: false,
    spec: [],
  };
  for (let at = 0; at < tokens.length; ) {
    const taken = readWord(tokens, at, reading, family, names);
    if (typeof taken === 'string') return taken;
    at += taken;
  }
  const { from, to, table, suppressPrefixLength } = reading;
  if (table === null && !reading.special) return 'no action';
  const spec = ['priority', String(priority), ...reading.spec].join(' ');
  const special = reading.special || table === null;
  return { family, priority, from, to, table, suppressPrefixLength, special, spec };
}

function readWord(
  tokens: readonly string[],
  at: number,
  reading: Reading,
  family: Family,
  names: Names,
): number | string {
  const word = tokens[at] ?? '';
  const value = tokens[at + 1];
  if (stateWords.has(word)) return 1;
  if (word === 'not' || actions.has(word)) {
    reading.special = true;
    reading.spec.push(word);
    return 1;
  }
  if (value === undefined) return `unknown word "${word}"`;
  if (word === 'from' || word === 'to') {
    const prefix = value === 'all' ? null : readPrefix(value, family);
    if (prefix === undefined) return `"${value}" is no prefix`;
    reading[word] = prefix;
  } else if (word === 'lookup' || word === 'table') {
    return readLookup(word, value, reading, names);
  } else if (word === 'suppress_prefixlength') {
    if (!/^\d{1,3}$/.test(value)) return `"${value}" is no prefix length`;
    reading.suppressPrefixLength = Number(value);
  } else if (selectors.has(word) || actionsWithValue.has(word)) {
    reading.special = true;
  } else if (word !== 'proto' && word !== 'protocol') {
    return `unknown word "${word}"`;
  }
  if (word !== 'proto' || value !== 'unspec') reading.spec.push(word, value);
  return 2;
}

function readLookup(word: string, value: string, reading: Reading, names: Names): number | string {
  if (value === '[l3mdev-table]') {
    reading.special = true;
    reading.spec.push('l3mdev');
    return 2;
  }
  const table = tableNumber(value, names);
  if (table === undefined) return `table "${value}" is in no rt_tables`;
  reading.table = table;
  reading.spec.push(word, String(table));
  return 2;
}

/** A prefix, an address, or `0/length` where the address is all zeroes. */
function readPrefix(word: string, family: Family): Prefix | undefined {
  const text = word.startsWith('0/') ? `${family === 'ipv4' ? '0.0.0.0' : '::'}${word.slice(1)}` : word;
  if (text.includes('/')) {
    const prefix = parsePrefix(text, '', family);
    if (!prefix.ok) return undefined;
    return prefix.value;
  }
  const address = parseAddress(text, '', family);
  return address.ok ? hostPrefix(address.value) : undefined;
}
