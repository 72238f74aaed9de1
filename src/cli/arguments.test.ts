import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseArguments, usageLine } from './arguments.ts';
import { commands } from './commands.ts';

const parse = (line: string) => parseArguments(line === '' ? [] : line.split(' '), commands);
const problem = (line: string) => {
  const result = parse(line);
  return result.ok ? 'ok' : `${result.problem.place} ${result.problem.message}; ${result.problem.advice}`;
};
const flags = (line: string) => {
  const result = parse(line);
  return result.ok
    ? { command: result.value.command?.name, ...Object.fromEntries(result.value.flags) }
    : result;
};

describe('a command line', () => {
  test.each([
    ['status --json', { command: 'status', json: '' }],
    ['--json status', { command: 'status', json: '' }],
    ['--root /mnt --config=/a=b status', { command: 'status', root: '/mnt', config: '/a=b' }],
    ['reconfigure --wait 10 --boot', { command: 'reconfigure', wait: '10', boot: '' }],
    ['status --help --nonsense', { command: 'status', help: '' }],
    ['help render', { command: 'render', help: '' }],
    ['-h', { command: undefined, help: '' }],
    ['', { command: undefined }],
    ['render --version', { command: 'render', version: '' }],
  ])('%s', (line, expected) => {
    expect(flags(line)).toEqual(expected);
  });

  test('operands, also after --', () => {
    expect(parse('rollback 2024-1')).toMatchObject({ value: { operands: ['2024-1'] } });
    expect(parse('rollback -- -x')).toMatchObject({ value: { operands: ['-x'] } });
  });
});

describe('a mistake says what was expected', () => {
  test.each([
    ['statsu', 'statsu is not a command of enid; did you mean status?'],
    ['status --jsn', '--jsn is not a flag of `enid status`; did you mean --json?'],
    ['status --json=1', '--json takes no value; '],
    ['status --root', '--root needs a value; write --root DIR'],
    ['status --root --json', '--root needs a value; write --root DIR'],
    ['status --root= --json', '--root needs a value; write --root DIR'],
    ['status --json --json', '--json is given twice; '],
    ['status --log-level wrn', '--log-level "wrn" is not known; did you mean warn?'],
    ['status eth1', 'eth1 is one word too many; expected: enid status'],
    ['rollback a b', 'b is one word too many; expected: enid rollback [--take-over] [ID]'],
    [
      '--wait 10 reconfigure',
      '10 is not a command of enid; expected one of: status plan reconfigure rollback detect metadata render doctor clean daemon',
    ],
    [
      'render --os debian:12 --out t',
      '--metadata FILE is missing; expected: enid render --metadata FILE --os ID:VERSION --out DIR [--stack NAME]',
    ],
    ['render --stack networkManager', '--stack "networkManager" is not known; did you mean networkmanager?'],
  ])('%s', (line, expected) => {
    expect(problem(line)).toBe(expected);
  });
});

test('no command line throws', () => {
  const word = fc.oneof(
    fc.constantFrom('status', 'render', '--json', '--root', '--', '-', '-h', '=', '--='),
    fc.string(),
  );
  fc.assert(
    fc.property(fc.array(word), (argv) => {
      const result = parseArguments(argv, commands);
      if (!result.ok) expect(result.problem.code).toBe('usage');
    }),
  );
});

test('every command shows its flags in the usage line', () => {
  for (const command of commands) {
    for (const flag of command.flags) expect(usageLine(command)).toContain(`--${flag.name}`);
  }
});
