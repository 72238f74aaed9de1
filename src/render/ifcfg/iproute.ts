import { type Address, type Family, splitPrefix } from '../../model/address.ts';
import type { PolicyRoute, PolicyRule } from '../../model/desired.ts';
import { shape, whole } from '../shapes.ts';

/** The words of a route after `ip route add` (ip-route(8)), in an order that network-scripts and NetworkManager read. */
export function routeWords(
  route: PolicyRoute,
  changes: { readonly source?: Address | null; readonly onlink?: boolean } = {},
): string {
  const { destination, via, device, source, onlink, metric, table } = { ...route, ...changes };
  return [
    isDefault(route) ? 'default' : destination,
    ...(via === null ? [] : ['via', via]),
    'dev',
    device,
    ...(source === null ? [] : ['src', source]),
    ...(onlink ? ['onlink'] : []),
    ...(metric === 0 ? [] : ['metric', metric]),
    'table',
    table,
  ].join(' ');
}

/** The words of a rule after `ip rule add` (ip-rule(8)). The priority is always said: without it the kernel picks one. */
export function ruleWords({ from, to, table, suppressPrefixLength, priority }: PolicyRule): string {
  return [
    ...(from === null ? [] : ['from', from]),
    ...(to === null ? [] : ['to', to]),
    'table',
    table,
    ...(suppressPrefixLength === null ? [] : ['suppress_prefixlength', suppressPrefixLength]),
    'priority',
    priority,
  ].join(' ');
}

export function isDefault(route: Pick<PolicyRoute, 'destination'>): boolean {
  return splitPrefix(route.destination).length === 0;
}

/** What is wrong with the words of a route, one sentence; null: nothing. */
export function routeProblem(text: string, family: Family): string | null {
  const [destination = '', ...rest] = text.split(' ');
  if (destination !== 'default' && !prefixShape(family).test(destination))
    return `"${destination}" is no destination`;
  const words = readWords(rest, {
    via: addressShape(family),
    dev: whole(shape.link),
    src: addressShape(family),
    scope: /^(link|global)$/,
    metric: whole(shape.number),
    table: whole(shape.number),
    onlink: null,
  });
  if (typeof words === 'string') return words;
  if (!words.has('table')) return 'a route without a table goes to main';
  const everything = destination === 'default' || destination.endsWith('/0');
  if (everything && words.get('table') === '254' && !words.has('metric'))
    return 'a default route in main needs a metric';
  return null;
}

const ruleSynonyms: ReadonlyMap<string, string> = new Map([
  ['lookup', 'table'],
  ['pref', 'priority'],
  ['prio', 'priority'],
]);

/** What is wrong with the words of a rule, one sentence; null: nothing. */
export function ruleProblem(text: string, family: Family): string | null {
  const canonical = text.split(' ').map((word) => ruleSynonyms.get(word) ?? word);
  const words = readWords(canonical, {
    from: prefixShape(family),
    to: prefixShape(family),
    table: whole(shape.number),
    suppress_prefixlength: whole(shape.number),
    priority: whole(shape.number),
  });
  if (typeof words === 'string') return words;
  if (!words.has('from') && !words.has('to')) return 'a rule for every packet';
  if (!words.has('priority')) return 'a rule without a priority';
  return words.has('table') ? null : 'a rule without a table';
}

/** Keyword and value in turn (`null`: a keyword that stands alone). A string is what is wrong. */
function readWords(
  words: readonly string[],
  grammar: Readonly<Record<string, RegExp | null>>,
): ReadonlyMap<string, string> | string {
  const found = new Map<string, string>();
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? '';
    const value = new Map(Object.entries(grammar)).get(word);
    if (value === undefined) return `"${word}" is not known here`;
    if (found.has(word)) return `${word} is there twice`;
    if (value === null) {
      found.set(word, '');
      continue;
    }
    const next = words[++index] ?? '';
    if (!value.test(next)) return `"${next}" is not what ${word} takes`;
    found.set(word, next);
  }
  return found;
}

export function prefixShape(family: Family): RegExp {
  return whole(family === 'ipv4' ? shape.ipv4Prefix : shape.ipv6Prefix);
}

export function addressShape(family: Family): RegExp {
  return whole(family === 'ipv4' ? shape.ipv4 : shape.ipv6);
}
