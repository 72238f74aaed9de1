import type { RenderedFile } from '../../model/file.ts';
import type { Problem } from '../../model/problem.ts';
import { outputProblem } from '../check.ts';
import type { KeyRule } from '../sections.ts';

/** The settings of a file, and the line each stands on. */
export interface Settings {
  get(key: string): string | undefined;
  /** The numbers n for which `<prefix>n` is set, sorted. */
  numbers(prefix: string): readonly number[];
}

export interface FileRules {
  readonly keys: readonly KeyRule[];
  readonly needs: readonly string[];
  /** What must hold between the settings: one sentence for each thing that does not. */
  readonly demands: (settings: Settings) => readonly string[];
}

/** Values that the shell takes as they stand: no word splitting, globbing, expansion or command can happen. */
const bare = /^[A-Za-z0-9_.:/@+,-]*$/;
const single = /^'([^']*)'$/;
const double = /^"([^"\\$`]*)"$/;

/**
 * Reads a file of `KEY=value` lines, as it is sourced by a shell (Red Hat's and SUSE's scripts) or read by a parser of
 * the same form (NetworkManager's shvar.c, wicked): comments, empty lines and assignments of one literal word or one
 * quoted string. Anything else would be run as a command or dropped. Also found: unknown keys, values of another shape,
 * a key there twice (the last would win), missing keys.
 */
export function checkAssignments(file: RenderedFile, rules: FileRules): readonly Problem[] {
  const problems: Problem[] = [];
  const values = new Map<string, string>();
  for (const [index, text] of file.text.split('\n').entries()) {
    if (text === '' || text.startsWith('#')) continue;
    const problem = readLine(text, values, rules.keys);
    if (problem !== null) problems.push(outputProblem(file, index + 1, problem));
  }
  const missing = rules.needs.filter((key) => !values.has(key)).map((key) => `lacks ${key}`);
  const failed = [...missing, ...rules.demands(settingsOf(values))];
  return [...problems, ...failed.map((message) => outputProblem(file, 0, message))];
}

function readLine(text: string, values: Map<string, string>, keys: readonly KeyRule[]): string | null {
  const [, key, raw] = /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/.exec(text) ?? [];
  if (key === undefined || raw === undefined) return `"${text}" is not a setting`;
  const value = bare.test(raw) ? raw : (single.exec(raw)?.[1] ?? double.exec(raw)?.[1]);
  if (value === undefined) return `the shell would not take the value of ${key} as it stands`;
  const rule = keys.find((entry) => entry.key.test(key));
  if (rule === undefined) return `unknown key ${key}`;
  if (values.has(key)) return `${key} is there twice`;
  values.set(key, value);
  return rule.value.test(value) ? null : `${key}=${value} is not what it takes`;
}

function settingsOf(values: ReadonlyMap<string, string>): Settings {
  return {
    get: (key) => values.get(key),
    numbers: (prefix) =>
      [...values.keys()]
        .filter((key) => key.startsWith(prefix) && /^\d+$/.test(key.slice(prefix.length)))
        .map((key) => Number(key.slice(prefix.length)))
        .sort((one, other) => one - other),
  };
}

/**
 * IPADDRn and PREFIXn in pairs and without a gap: network-scripts and NetworkManager stop at the first gap, and an
 * address without a length becomes classful (/8 for 10.x).
 */
export function demandNumbered(settings: Settings): readonly string[] {
  const addresses = settings.numbers('IPADDR');
  const lengths = settings.numbers('PREFIX');
  const first = addresses[0] ?? 0;
  const paired = addresses.join() === lengths.join();
  const gapless = first <= 1 && addresses.every((number, index) => number === first + index);
  return [
    ...(paired ? [] : ['not every IPADDRn has its PREFIXn']),
    ...(gapless ? [] : ['IPADDRn has a gap']),
  ];
}
