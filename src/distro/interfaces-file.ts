import type { Stack } from '../model/stack.ts';

/** What one file of ifupdown says, as far as it matters here (interfaces(5)). */
export interface InterfacesFile {
  readonly stanzas: readonly InterfaceStanza[];
  readonly sources: readonly InterfacesSource[];
}

export interface InterfaceStanza {
  /** As written: a name, a pattern such as `/eth*` or `/mac/00:16:3e:…`, or `eth1:0`. */
  readonly name: string;
  readonly family: string;
  readonly method: string;
  /** From 1. */
  readonly line: number;
}

export interface InterfacesSource {
  readonly kind: 'source' | 'source-directory';
  /** Absolute; names in it are relative to /etc/network. */
  readonly pattern: string;
}

/** Reads one file: stanzas of interfaces and what it includes. A backslash at the end of a line joins it to the next. */
export function parseInterfaces(text: string): InterfacesFile {
  const stanzas: InterfaceStanza[] = [];
  const sources: InterfacesSource[] = [];
  const lines = text.split('\n');
  for (let index = 0; index < lines.length; index++) {
    const line = index + 1;
    let whole = lines[index] ?? '';
    while (whole.endsWith('\\') && index + 1 < lines.length)
      whole = `${whole.slice(0, -1)}${lines[++index] ?? ''}`;
    const [word = '', name = '', family = '', method = ''] = whole.trim().split(/\s+/);
    if (word === 'iface' && name !== '') stanzas.push({ name, family, method, line });
    if ((word === 'source' || word === 'source-directory') && name !== '') {
      sources.push({ kind: word, pattern: name.startsWith('/') ? name : `/etc/network/${name}` });
    }
  }
  return { stanzas, sources };
}

/**
 * Which names of files in /etc/network/interfaces.d are read, by what /etc/network/interfaces includes: any name, only
 * `*.cfg`, only names of letters, digits, `_` and `-` (source-directory), or none at all.
 */
export function includeStyle(main: InterfacesFile): Exclude<Stack['include'], null> {
  const below = '/etc/network/interfaces.d';
  const has = (kind: InterfacesSource['kind'], ...patterns: readonly string[]): boolean =>
    main.sources.some(
      (source) => source.kind === kind && patterns.includes(source.pattern.replace(/\/+$/, '')),
    );
  if (has('source', `${below}/*`)) return 'any-name';
  if (has('source-directory', below, `${below}/*`)) return 'plain-names';
  return has('source', `${below}/*.cfg`) ? 'cfg-suffix' : 'none';
}
