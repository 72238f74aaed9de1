import ini from 'ini';
import { ok, type Result } from '../model/problem.ts';
import type { Files } from '../ports/files.ts';

/** One configuration file of NetworkManager, as far as it matters here. */
export interface NetworkManagerConf {
  readonly path: string;
  /** `plugins=` of [main]; null where it does not say. */
  readonly plugins: readonly string[] | null;
  readonly pluginsAdded: readonly string[];
  readonly pluginsRemoved: readonly string[];
  /** `unmanaged-devices=` of [keyfile], one entry each, e.g. `interface-name:eth*`, `except:mac:…`. */
  readonly unmanaged: readonly string[];
}

/** Reads one file. Both `,` and `;` separate lists there, so `;` is turned into `,` before the INI reader takes it for a comment. */
export function parseNetworkManagerConf(text: string, path: string): NetworkManagerConf {
  const plain = text.replace(/^[ \t]*;.*$/gm, '').replace(/;/g, ',');
  const { main = {}, keyfile = {} } = ini.parse(plain) as Record<string, Record<string, unknown>>;
  return {
    path,
    plugins: main.plugins === undefined ? null : list(main.plugins),
    pluginsAdded: list(main['plugins+']),
    pluginsRemoved: list(main['plugins-']),
    unmanaged: [...list(keyfile['unmanaged-devices']), ...list(keyfile['unmanaged-devices+'])],
  };
}

/** Whether [main] leaves the plug-in `ifcfg-rh` switched on where it is installed: it is unless a list is given without it. */
export function readsIfcfg(files: readonly NetworkManagerConf[]): boolean {
  return files.reduce((before, file) => {
    const stated = file.plugins === null ? before : file.plugins.includes('ifcfg-rh');
    return (stated || file.pluginsAdded.includes('ifcfg-rh')) && !file.pluginsRemoved.includes('ifcfg-rh');
  }, true);
}

/** A directory hides files of the same name further down this list (NetworkManager.conf(5)). */
const directories = [
  '/etc/NetworkManager/conf.d',
  '/run/NetworkManager/conf.d',
  '/usr/lib/NetworkManager/conf.d',
];

/**
 * Every file in the order in which NetworkManager reads them, later ones winning: /usr/lib, /run, NetworkManager.conf,
 * /etc. Errors: `file-unreadable`.
 */
export async function readNetworkManagerConf(files: Files): Promise<Result<readonly NetworkManagerConf[]>> {
  const hidden = new Set<string>();
  const groups: string[][] = [];
  for (const directory of directories) {
    const entries = await files.list(directory);
    if (!entries.ok) return entries;
    const names = (entries.value ?? []).map((entry) => entry.name).filter((name) => name.endsWith('.conf'));
    groups.unshift(names.filter((name) => !hidden.has(name)).map((name) => `${directory}/${name}`));
    for (const name of names) hidden.add(name);
  }
  const [packaged = [], running = [], own = []] = groups;
  const found: NetworkManagerConf[] = [];
  for (const path of [...packaged, ...running, '/etc/NetworkManager/NetworkManager.conf', ...own]) {
    const text = await files.readText(path);
    if (!text.ok) return text;
    if (text.value !== null) found.push(parseNetworkManagerConf(text.value, path));
  }
  return ok(found);
}

/** Where distributions keep NetworkManager's plug-ins: directly, or below a directory named after the version. */
const pluginDirectories = ['/usr/lib64/NetworkManager', '/usr/lib/NetworkManager'];
const plugin = 'libnm-settings-plugin-ifcfg-rh.so';

/** The path of the plug-in that reads ifcfg files; null where it is not installed. Errors: `file-unreadable`. */
export async function findIfcfgPlugin(files: Files): Promise<Result<string | null>> {
  for (const directory of pluginDirectories) {
    const entries = await files.list(directory);
    if (!entries.ok) return entries;
    const names = (entries.value ?? []).map((entry) => entry.name);
    for (const name of ['.', ...names.filter((entry) => /^\d/.test(entry))]) {
      const path = name === '.' ? `${directory}/${plugin}` : `${directory}/${name}/${plugin}`;
      const kind = await files.kind(path);
      if (!kind.ok) return kind;
      if (kind.value !== null) return ok(path);
    }
  }
  return ok(null);
}

function list(value: unknown): readonly string[] {
  const texts = Array.isArray(value) ? value : [value];
  return texts
    .filter((text) => typeof text === 'string')
    .flatMap((text) => text.split(','))
    .map((text) => text.trim())
    .filter((text) => text !== '');
}
