import type { Config } from '../model/config.ts';
import { fail, ok, type Result } from '../model/problem.ts';
import type { Files } from '../ports/files.ts';
import { defaultConfig } from './defaults.ts';

/**
 * Reads the configuration file. No file, or an empty one, gives the defaults; the YAML parser and the schema are
 * loaded only when there is something to parse.
 * Errors: `config-unreadable` (the file is there and cannot be read), `config-invalid` with `file:line` as place.
 */
export async function loadConfig(files: Pick<Files, 'readText'>, path: string): Promise<Result<Config>> {
  const text = await files.readText(path);
  if (!text.ok) return fail('config-unreadable', path, text.problem.message, text.problem.advice);
  if (text.value === null || text.value.trim() === '') return ok(defaultConfig);
  const { parseConfig } = await import('./parse.ts');
  return parseConfig(text.value, path);
}
