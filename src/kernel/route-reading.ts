import { type Address, parseAddress } from '../model/address.ts';
import { features, keptValues, stateFlags, stateValues } from './route-words.ts';

/** What has been read of a route so far. */
export interface RouteReading {
  readonly values: Map<string, string>;
  readonly spec: string[];
  via: Address | null;
  onlink: boolean;
  hops: number;
  deadHops: number;
  cached: boolean;
}

/** Reads the word at `at`; gives how many words it took, or why it cannot be read. */
export function readRouteWord(tokens: readonly string[], at: number, reading: RouteReading): number | string {
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

function readValue(tokens: readonly string[], at: number, reading: RouteReading): number | string {
  const word = tokens[at] ?? '';
  // a link may be called `lock`; only metrics are locked
  const locked = word !== 'dev' && tokens[at + 1] === 'lock';
  let length = locked ? 3 : 2;
  const value = tokens[at + length - 1];
  if (value === undefined) return `"${word}" without a value`;
  if (word === 'features') {
    while (features.has(tokens[at + length] ?? '')) length++;
  }
  reading.values.set(word, value);
  // rto_min is always locked, and `ip route add` does not take the word for it
  const taken = tokens.slice(at, at + length).filter((token) => word !== 'rto_min' || token !== 'lock');
  if (!isImplied(word, value)) reading.spec.push(...taken);
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
function readVia(tokens: readonly string[], at: number, reading: RouteReading): number | string {
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
function readEncap(tokens: readonly string[], at: number, reading: RouteReading): number {
  let end = at + 1;
  while (end < tokens.length && !/^(via|dev|nexthop|table|proto|nhid)$/.test(tokens[end] ?? '')) end++;
  reading.spec.push(...tokens.slice(at, end));
  return end - at;
}

/** An address of either family; null where it is none. */
export function readAddress(word: string): Address | null {
  const address = parseAddress(word, '');
  return address.ok ? address.value : null;
}
