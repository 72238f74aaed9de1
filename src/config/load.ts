import type { Config } from '../model/config.ts';
import { fail, ok, type Result } from '../model/problem.ts';
import type { Files } from '../ports/files.ts';
import { readTrustedText } from '../ports/trusted.ts';
import { defaultConfig } from './defaults.ts';

/**
 * Reads the configuration file. No file, or an empty one, gives the defaults; the YAML parser and the schema are
 * loaded only when there is something to parse.
 * Errors: `config-unreadable` (the file is there and cannot be read, or others can write it), `config-invalid` with `file:line` as place.
 */
export async function loadConfig(
  files: Pick<Files, 'readText' | 'owners'>,
  path: string,
): Promise<Result<Config>> {
  const text = await readTrustedText(files, path);
  if (!text.ok) {
    const { place, message, advice } = text.problem;
    return fail('config-unreadable', place, message, advice);
  }
  if (text.value === null || text.value.trim() === '') return ok(defaultConfig);
  const { parseConfig } = await import('./parse.ts');
  return parseConfig(text.value, path);
}
