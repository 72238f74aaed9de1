import { nearest } from '../config/nearest.ts';
import { printable } from '../model/mac.ts';
import { fail, ok, type Result } from '../model/problem.ts';
import type { Command, Flag, Flags } from './command.ts';
import { globalFlags } from './global-flags.ts';

export interface Invocation {
  /** Null: only `enid`, `enid --help` or `enid --version`. */
  readonly command: Command | null;
  readonly flags: Flags;
  readonly operands: readonly string[];
}

/**
 * Reads a command line: `[flags] COMMAND [flags] [operands]`. Values stand after `=` or as the next word; `--` ends the
 * flags; `-h` is `--help`; `enid help X` is `enid X --help`. With `--help` nothing but the command's name is checked.
 * Errors: `usage`, saying what was expected and what is nearest.
 */
export function parseArguments(argv: readonly string[], commands: readonly Command[]): Result<Invocation> {
  if (argv[0] === 'help') return parseArguments([...argv.slice(1), '--help'], commands);
  const end = argv.indexOf('--');
  const words = end === -1 ? argv : argv.slice(0, end);
  const command = findCommand(words, commands);
  if (!command.ok) return command;
  const known = [...globalFlags, ...(command.value?.flags ?? [])];
  if (words.includes('--help') || words.includes('-h')) {
    return ok({ command: command.value, flags: new Map([['help', '']]), operands: [] });
  }
  const flags = new Map<string, string>();
  const operands: string[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    if (!isFlag(word)) {
      operands.push(word);
      continue;
    }
    const read = readFlag(word, words[at + 1], known, command.value);
    if (!read.ok) return read;
    const { flag, value, tookNext } = read.value;
    if (flags.has(flag.name)) return fail('usage', `--${flag.name}`, 'is given twice');
    flags.set(flag.name, value);
    if (tookNext) at++;
  }
  if (command.value !== null) operands.shift();
  return checkWhole(command.value, flags, end === -1 ? operands : [...operands, ...argv.slice(end + 1)]);
}

/** The first word that is neither a flag nor the value of a global flag before it. */
function findCommand(words: readonly string[], commands: readonly Command[]): Result<Command | null> {
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    if (isFlag(word)) {
      const takesNext = globalFlags.some((flag) => flag.value !== null && word === `--${flag.name}`);
      if (takesNext) at++;
      continue;
    }
    const command = commands.find((entry) => entry.name === word);
    if (command !== undefined) return ok(command);
    const names = commands.filter((entry) => !entry.hidden).map((entry) => entry.name);
    return fail('usage', printable(word), 'is not a command of enid', expected(word, names));
  }
  return ok(null);
}

interface ReadFlag {
  readonly flag: Flag;
  readonly value: string;
  readonly tookNext: boolean;
}

function readFlag(
  word: string,
  next: string | undefined,
  known: readonly Flag[],
  command: Command | null,
): Result<ReadFlag> {
  const [, name = word, , attached] = /^--([^=]+)(=(.*))?$/s.exec(word) ?? [];
  const flag = known.find((entry) => entry.name === name);
  if (flag === undefined) {
    const names = known.map((entry) => `--${entry.name}`);
    const owner = command === null ? 'enid' : `enid ${command.name}`;
    return fail('usage', printable(word), `is not a flag of \`${owner}\``, expected(`--${name}`, names));
  }
  if (flag.value === null) {
    return attached === undefined
      ? ok({ flag, value: '', tookNext: false })
      : fail('usage', `--${name}`, 'takes no value');
  }
  const value = attached ?? next;
  if (value === undefined || value === '' || (attached === undefined && isFlag(value))) {
    return fail('usage', `--${name}`, 'needs a value', `write --${name} ${flag.value}`);
  }
  if (flag.choices?.includes(value) === false) {
    return fail('usage', `--${name}`, `"${printable(value)}" is not known`, expected(value, flag.choices));
  }
  return ok({ flag, value, tookNext: attached === undefined });
}

function checkWhole(command: Command | null, flags: Flags, operands: readonly string[]): Result<Invocation> {
  const surplus = operands[command?.operands.length ?? 0];
  if (surplus !== undefined) {
    const usage = command === null ? 'enid COMMAND' : usageLine(command);
    return fail('usage', printable(surplus), 'is one word too many', `expected: ${usage}`);
  }
  if (!flags.has('version')) {
    for (const flag of command?.flags ?? []) {
      if (flag.required === true && !flags.has(flag.name)) {
        return fail(
          'usage',
          `--${flag.name} ${flag.value ?? ''}`,
          'is missing',
          `expected: ${usageLine(command)}`,
        );
      }
    }
  }
  return ok({ command, flags, operands });
}

/** `enid render --metadata FILE --os ID:VERSION [--stack NAME] --out DIR` */
export function usageLine(command: Command | null): string {
  if (command === null) return 'enid COMMAND [flags]';
  const flags = command.flags.map((flag) => {
    const text = flag.value === null ? `--${flag.name}` : `--${flag.name} ${flag.value}`;
    return flag.required === true ? text : `[${text}]`;
  });
  return ['enid', command.name, ...flags, ...command.operands.map(({ name }) => `[${name}]`)].join(' ');
}

function isFlag(word: string): boolean {
  return word.startsWith('-') && word !== '-';
}

function expected(word: string, choices: readonly string[]): string {
  const close = nearest(word, choices);
  return close === undefined ? `expected one of: ${choices.join(' ')}` : `did you mean ${close}?`;
}
