import { type Family, hostPrefix, type Prefix, parseAddress, parsePrefix } from '../model/address.ts';
import { defaultDestination, type KernelRoute, localTable, mainTable } from '../model/kernel.ts';
import { ok, type Result } from '../model/problem.ts';
import { type Names, protocolName, tableNumber } from './names.ts';
import { records, unreadable, words } from './records.ts';
import { type RouteReading, readAddress, readRouteWord } from './route-reading.ts';
import { routeTypes } from './route-words.ts';

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
  const reading: RouteReading = {
    values: new Map(),
    spec: [],
    via: null,
    onlink: false,
    hops: 0,
    deadHops: 0,
    cached: false,
  };
  for (let at = start + 1; at < tokens.length; ) {
    const taken = readRouteWord(tokens, at, reading);
    if (typeof taken === 'string') return taken;
    at += taken;
  }
  const head = type === 'unicast' ? target : `${type} ${target}`;
  return finish(head, { type, destination, family }, reading, names);
}

function finish(
  head: string,
  what: Pick<KernelRoute, 'type' | 'destination' | 'family'>,
  reading: RouteReading,
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

function readDestination(word: string, family: Family): Prefix | null {
  if (word === 'default') return defaultDestination[family];
  if (word.includes('/')) {
    const prefix = parsePrefix(word, '', family);
    return prefix.ok ? prefix.value : null;
  }
  const address = parseAddress(word, '', family);
  return address.ok ? hostPrefix(address.value) : null;
}
