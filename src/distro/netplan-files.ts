import { ok, type Result } from '../model/problem.ts';
import type { Files } from '../ports/files.ts';
import { mergeNetplan, type NetplanConfig, parseNetplan } from './netplan-yaml.ts';

export interface NetplanFile {
  readonly path: string;
  readonly text: string;
  readonly config: NetplanConfig;
}

/** Where netplan looks; a file hides those of the same name further down this list (netplan(5)). */
const directories = ['/run/netplan', '/etc/netplan', '/usr/lib/netplan', '/lib/netplan'];

/** Every netplan file that counts, in the order in which netplan reads them: by base name. Errors: `file-unreadable`. */
export async function readNetplanFiles(files: Files): Promise<Result<readonly NetplanFile[]>> {
  const paths = new Map<string, string>();
  for (const directory of directories) {
    const entries = await files.list(directory);
    if (!entries.ok) return entries;
    for (const { name } of entries.value ?? []) {
      if (/^[^.].*\.yaml$/.test(name) && !paths.has(name)) paths.set(name, `${directory}/${name}`);
    }
  }
  const found: NetplanFile[] = [];
  for (const name of [...paths.keys()].sort()) {
    const path = paths.get(name) ?? '';
    const text = await files.readText(path);
    if (!text.ok) return text;
    if (text.value === null) continue;
    const config = await parseNetplan(text.value, path);
    if (!config.ok) return config;
    found.push({ path, text: text.value, config: config.value });
  }
  return ok(found);
}

/** What they say together. Errors: `file-unreadable`. */
export async function readNetplan(files: Files): Promise<Result<NetplanConfig>> {
  const found = await readNetplanFiles(files);
  return found.ok ? ok(mergeNetplan(found.value.map((file) => file.config))) : found;
}
