import { ok, type Result } from '../model/problem.ts';
import type { Files } from '../ports/files.ts';

/** Names by which `ip` prints numbers. */
export interface Names {
  /** Routing tables, rt_tables. */
  readonly tables: ReadonlyMap<string, number>;
  /** Routing protocols, rt_protos. */
  readonly protocols: ReadonlyMap<string, number>;
}

/** What every iproute2 knows without a file (rtnetlink.h: RT_TABLE_*). */
export const builtInTables: ReadonlyMap<string, number> = new Map([
  ['unspec', 0],
  ['default', 253],
  ['main', 254],
  ['local', 255],
]);

/** rtnetlink.h: RTPROT_*. Numbers of this list are read as their names, whether this `ip` knows the name or not. */
export const builtInProtocols: ReadonlyMap<string, number> = new Map([
  ['unspec', 0],
  ['none', 0],
  ['redirect', 1],
  ['kernel', 2],
  ['boot', 3],
  ['static', 4],
  ['ra', 9],
  ['dhcp', 16],
]);

export const builtInNames: Names = { tables: builtInTables, protocols: builtInProtocols };

/** /etc is the administrator's; /usr/share and /usr/lib are where iproute2 >= 6.x keeps its own. */
const directories = ['/usr/lib/iproute2', '/usr/share/iproute2', '/etc/iproute2'];

/** Reads rt_tables and rt_protos with their `.d` directories (`*.conf`). Errors: `file-unreadable`. */
export async function readNames(files: Pick<Files, 'readText' | 'list'>): Promise<Result<Names>> {
  const [tables, protocols] = await Promise.all([
    readTable(files, 'rt_tables', builtInTables),
    readTable(files, 'rt_protos', builtInProtocols),
  ]);
  if (!tables.ok) return tables;
  if (!protocols.ok) return protocols;
  return ok({ tables: tables.value, protocols: protocols.value });
}

async function readTable(
  files: Pick<Files, 'readText' | 'list'>,
  name: string,
  builtIn: ReadonlyMap<string, number>,
): Promise<Result<ReadonlyMap<string, number>>> {
  const found = new Map(builtIn);
  for (const directory of directories) {
    const extra = await files.list(`${directory}/${name}.d`);
    if (!extra.ok) return extra;
    const more = (extra.value ?? []).map((entry) => entry.name).filter((file) => file.endsWith('.conf'));
    for (const path of [`${directory}/${name}`, ...more.map((file) => `${directory}/${name}.d/${file}`)]) {
      const text = await files.readText(path);
      if (!text.ok) return text;
      for (const [word, number] of parseNames(text.value ?? '')) found.set(word, number);
    }
  }
  return ok(found);
}

/** Lines of `number name`, decimal or 0x; comments and anything else are passed over, as iproute2 does. */
export function parseNames(text: string): readonly (readonly [string, number])[] {
  const lines = text.split('\n').map((line) => /^\s*(0x[0-9a-f]+|\d+)\s+([^\s#]+)/i.exec(line));
  return lines.flatMap((match) =>
    match?.[1] === undefined || match[2] === undefined ? [] : [[match[2], Number(match[1])] as const],
  );
}

/** The number of a table as `ip` prints it, or undefined for a name in no file. */
export function tableNumber(word: string, names: Names): number | undefined {
  return /^\d+$/.test(word) ? Number(word) : names.tables.get(word);
}

/** The one spelling of a protocol: its built-in name, else its number; a name in no file stays as it is. */
export function protocolName(word: string, names: Names): string {
  const number = /^\d+$/.test(word) ? Number(word) : names.protocols.get(word);
  for (const [name, known] of builtInProtocols) {
    if (known === number) return name;
  }
  return number === undefined ? word : String(number);
}
