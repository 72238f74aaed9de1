import {
  type Address,
  type Family,
  hostPrefix,
  type Prefix,
  parseAddress,
  parsePrefix,
} from '../model/address.ts';
import { defaultDestination, type KernelRoute, localTable, mainTable } from '../model/kernel.ts';
import { ok, type Result } from '../model/problem.ts';
import { type Names, protocolName, tableNumber } from './names.ts';
import { records, unreadable, words } from './records.ts';
import { features, keptValues, routeTypes, stateFlags, stateValues } from './route-words.ts';

/**
 * Reads `ip -4|-6 route show table all` of any version, with or without `-o`. Left out: what the kernel keeps by
 * itself in table local (`local`, `broadcast`, `anycast`, `multicast`) and cached copies of routes.
 * Errors: `kernel-unreadable` for a word or a table name that is not known.
 */
export function parseRoutes(
  text: string,
  family: Family,
  names: Names,
  command: string,
): Result<readonly KernelRoute[]> {
  const routes: KernelRoute[] = [];
  for (const record of records(text)) {
    const read = readRoute(record, family, names);
    if (typeof read === 'string') return unreadable(command, record, read);
    if (read.cached || (read.route.table === localTable && read.route.type !== 'unicast')) continue;
    routes.push(read.route);
  }
  return ok(routes);
}

/** One record of `ip route show` or of `ip route get` (whose destination is an address). Errors: `kernel-unreadable`. */
export function parseRoute(
  record: string,
  family: Family,
  names: Names,
  command: string,
): Result<KernelRoute> {
  const read = readRoute(record, family, names);
  return typeof read === 'string' ? unreadable(command, record, read) : ok(read.route);
}

/** What has been read of a route so far. */
interface Reading {
  readonly values: Map<string, string>;
  readonly spec: string[];
  via: Address | null;
  onlink: boolean;
  hops: number;
  deadHops: number;
  cached: boolean;
}

/** Text: why it cannot be read. */
function readRoute(
  record: string,
  family: Family,
  names: Names,
): { route: KernelRoute; cached: boolean } | string {
  const tokens = words(record);
  const type = routeTypes.has(tokens[0] ?? '') ? (tokens[0] ?? '') : 'unicast';
  const start = type === tokens[0] ? 1 : 0;
  const target = tokens[start] ?? '';
  const destination = readDestination(target, family);
  if (destination === null) return `"${target}" is no destination`;
  const reading: Reading = {
    values: new Map(),
    spec: [],
    via: null,
    onlink: false,
    hops: 0,
    deadHops: 0,
    cached: false,
  };
  for (let at = start + 1; at < tokens.length; ) {
    const taken = readWord(tokens, at, reading);
    if (typeof taken === 'string') return taken;
    at += taken;
  }
  const head = type === 'unicast' ? target : `${type} ${target}`;
  return finish(head, { type, destination, family }, reading, names);
}

function finish(
  head: string,
  what: Pick<KernelRoute, 'type' | 'destination' | 'family'>,
  reading: Reading,
  names: Names,
): { route: KernelRoute; cached: boolean } | string {
  const { values, hops } = reading;
  const table = tableNumber(values.get('table') ?? 'main', names);
  if (table === undefined) return `table "${values.get('table')}" is in no rt_tables`;
  const metric = Number(values.get('metric') ?? 0);
  if (!Number.isInteger(metric)) return `metric "${values.get('metric')}"`;
  const source = values.get('src') === undefined ? null : readAddress(values.get('src') ?? '');
  if (source === null && values.has('src')) return `source "${values.get('src')}"`;
  const route: KernelRoute = {
    ...what,
    table,
    via: hops > 0 ? null : reading.via,
    device: hops > 0 ? null : (values.get('dev') ?? null),
    source,
    metric: metric >>> 0, // old `ip` prints 4294967295 as -1
    protocol: protocolName(values.get('proto') ?? 'boot', names), // left out by `ip` where it is boot
    scope: values.get('scope') ?? 'global', // left out where it is global
    onlink: reading.onlink,
    dead: reading.deadHops > 0 && reading.deadHops >= hops,
    // the table before any `nexthop`, after which only further ones may follow
    spec: [head, ...(table === mainTable ? [] : ['table', String(table)]), ...reading.spec].join(' '),
  };
  return { route, cached: reading.cached };
}

/** Reads the word at `at`; gives how many words it took, or why it cannot be read. */
function readWord(tokens: readonly string[], at: number, reading: Reading): number | string {
  const word = tokens[at] ?? '';
  const next = tokens[at + 1];
  if (word === 'nexthop') {
    reading.hops++;
    reading.spec.push(word);
    return 1;
  }
  if (word === 'onlink') {
    reading.onlink = true;
    reading.spec.push(word);
    return 1;
  }
  if (word === 'cache') {
    reading.cached = true;
    return next?.startsWith('<') === true ? 2 : 1;
  }
  if (stateFlags.has(word)) {
    if (word === 'dead' || (word === 'linkdown' && tokens[at - 1] !== 'dead')) reading.deadHops++;
    return 1;
  }
  if (word === 'encap') return readEncap(tokens, at, reading);
  if (next === undefined) return `unknown word "${word}"`;
  if (word === 'via') return readVia(tokens, at, reading);
  if (stateValues.has(word)) return 2;
  if (!keptValues.has(word)) return `unknown word "${word}"`;
  return readValue(tokens, at, reading);
}

function readValue(tokens: readonly string[], at: number, reading: Reading): number | string {
  const word = tokens[at] ?? '';
  const locked = tokens[at + 1] === 'lock';
  let length = locked ? 3 : 2;
  const value = tokens[at + length - 1];
  if (value === undefined) return `"${word}" without a value`;
  if (word === 'features') {
    while (features.has(tokens[at + length] ?? '')) length++;
  }
  reading.values.set(word, value);
  if (!isImplied(word, value)) reading.spec.push(...tokens.slice(at, at + length));
  return length;
}

/** Said by `ip` and not to be said to it: the table is added by number, the rest is what is meant without it. */
function isImplied(word: string, value: string): boolean {
  if (word === 'table') return true;
  if (word === 'proto') return value === 'boot';
  if (word === 'scope') return value === 'global';
  if (word === 'metric') return value === '0' || value.startsWith('-');
  // kernels of the 2.6.32 age say that no hop limit is set in this way, and do not take it back
  return word === 'hoplimit' && Number(value) > 255;
}

/** `via [inet|inet6] A`; `::` stands for no gateway in routes of old kernels. */
function readVia(tokens: readonly string[], at: number, reading: Reading): number | string {
  const named = /^inet6?$/.test(tokens[at + 1] ?? '');
  const length = named ? 3 : 2;
  const text = tokens[at + length - 1] ?? '';
  const address = readAddress(text);
  if (address === null) return `gateway "${text}"`;
  if (address === '::') return length;
  reading.via = address;
  reading.spec.push(...tokens.slice(at, at + length));
  return length;
}

/** An encapsulation has words of its own, `src` and `dst` among them; it ends where the route goes on. */
function readEncap(tokens: readonly string[], at: number, reading: Reading): number {
  let end = at + 1;
  while (end < tokens.length && !/^(via|dev|nexthop|table|proto|nhid)$/.test(tokens[end] ?? '')) end++;
  reading.spec.push(...tokens.slice(at, end));
  return end - at;
}

function readDestination(word: string, family: Family): Prefix | null {
  if (word === 'default') return defaultDestination[family];
  if (word.includes('/')) {
    const prefix = parsePrefix(word, '', family);
    return prefix.ok ? prefix.value : null;
  }
  const address = parseAddress(word, '', family);
  return address.ok ? hostPrefix(address.value) : null;
}

function readAddress(word: string): Address | null {
  const address = parseAddress(word, '');
  return address.ok ? address.value : null;
}
