// biome-ignore lint/style/noRestrictedImports: only tests read templates this way.
import { readFile } from 'node:fs/promises';
import { families } from '../../model/address.ts';
import type { DesiredNetwork, PolicyRoute, PolicyRule } from '../../model/desired.ts';
import type { RenderedFile } from '../../model/file.ts';
import type { Stack } from '../../model/stack.ts';
import { render } from '../render.ts';
import { templateSource } from '../templates.ts';
import { isDefault } from './iproute.ts';

/** For tests: the shipped templates, filled in as the program does. */
const templates = templateSource([
  {
    directory: 'templates',
    files: {
      readText: async (path) => ({ ok: true, value: await readFile(path, 'utf8').catch(() => null) }),
    },
  },
]);

export function tryRender(network: DesiredNetwork, stack: Stack): ReturnType<typeof render> {
  return render(network, stack, templates, { dns: false });
}

/** The files of the format under test by path, without sysctl.d. */
export async function rendered(network: DesiredNetwork, stack: Stack): Promise<Map<string, RenderedFile>> {
  const made = await tryRender(network, stack);
  if (!made.ok) throw new Error(JSON.stringify(made.problem));
  const own = made.value.filter((file) => file.path !== '/etc/sysctl.d/60-enid.conf');
  return new Map(own.map((file) => [file.path, file]));
}

/** The lines of every file that say something, comments left out. */
export function linesOf(files: Iterable<RenderedFile>): readonly string[] {
  return [...files].flatMap(({ text }) =>
    text
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '' && !line.startsWith('#')),
  );
}

/** What a route says wherever it is written: where to, by what, in which table. */
export function routeKey({ family, destination, via, device, table }: PolicyRoute): string {
  const everything = isDefault({ destination }) ? `default-${family}` : destination;
  return [everything, via ?? '-', device, table].join(' ');
}

export function ruleKey({ family, from, to, table, suppressPrefixLength, priority }: PolicyRule): string {
  return [family, from ?? '-', to ?? '-', table, suppressPrefixLength ?? '-', priority].join(' ');
}

/** The same read back from the words after `ip route`. */
export function readRoute(text: string, flag: string): string {
  const [first = '', ...rest] = text.split(' ');
  const destination = first === 'default' ? `default-${familyOf(flag)}` : first;
  return [destination, after(rest, 'via') ?? '-', after(rest, 'dev'), after(rest, 'table')].join(' ');
}

export function readRule(text: string, flag: string): string {
  const words = text.split(' ');
  const [from, to] = [after(words, 'from') ?? '-', after(words, 'to') ?? '-'];
  const suppress = after(words, 'suppress_prefixlength') ?? '-';
  return [familyOf(flag), from, to, after(words, 'table'), suppress, after(words, 'priority')].join(' ');
}

function after(words: readonly string[], word: string): string | undefined {
  const index = words.indexOf(word);
  return index < 0 ? undefined : words[index + 1];
}

function familyOf(flag: string): string {
  return families[flag.includes('6') ? 1 : 0] ?? '';
}
