import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { marker } from '../model/file.ts';
import { emptyState } from '../model/state.ts';
import { nodePorts } from '../ports/node/ports.ts';
import { overrideDirectory } from '../render/templates.ts';
import { statePath } from '../state/load.ts';
import { printState } from '../state/save.ts';
import { digestOf } from '../transaction/content.ts';
import { runCli } from './run.ts';
import { templatesOf } from './templates.ts';

let root = '';
let errorTerminal = false;
beforeEach(() => {
  errorTerminal = false;
  root = mkdtempSync(join(tmpdir(), 'enid-cli-'));
});
afterEach(() => rmSync(root, { recursive: true }));

/** A command on the empty image below `root`. */
const enid = (...argv: readonly string[]) =>
  runCli({
    argv: ['--root', root, ...argv],
    environment: {},
    terminal: false,
    errorTerminal,
    uid: 1000,
    version: 'test',
    self: [],
    templates: root,
    stopping: new AbortController().signal,
  });

describe('the configuration file', () => {
  it.each(['detect', 'recover', 'status'])('that --config names must be there: %s', async (command) => {
    const ending = await enid(command, '--config', '/etc/enid/other.yaml');

    expect(ending).toMatchObject({ exitCode: 2, output: '' });
    expect(ending.errors).toContain(`${root}/etc/enid/other.yaml: no such file`);
  });

  it('that nobody named may be missing', async () => {
    expect(await enid('detect')).toMatchObject({ exitCode: 0, errors: '' });
  });

  it.each([
    ['the file', '/etc/enid/config.yaml', 0o666, 'chmod go-w'],
    ['its directory', '/etc/enid', 0o1777, 'chmod go-w'],
  ])(
    'that others can write, %s, is refused with the command that fixes it',
    async (_, path, mode, advice) => {
      mkdirSync(join(root, 'etc/enid'), { recursive: true });
      writeFileSync(join(root, 'etc/enid/config.yaml'), 'stack: netplan\n');
      expect((await enid('detect')).exitCode).toBe(0);
      chmodSync(join(root, path), mode);

      const { exitCode, errors } = await enid('detect');
      expect(exitCode).toBe(2);
      expect(errors).toContain(
        `${root}${path}: everybody can write it (mode ${mode.toString(8).padStart(4, '0')}`,
      );
      expect(errors).toContain(`${advice} ${root}${path}`);
    },
  );

  it('is below --root, and read', async () => {
    writeFileSync(join(root, 'enid.yaml'), 'nonsense: 1\n');

    expect(await enid('detect', '--config', '/enid.yaml')).toMatchObject({
      exitCode: 2,
      errors: expect.stringContaining('nonsense'),
    });
  });

  it('is named with its whole path below --root: each fault, and what cannot be read', async () => {
    mkdirSync(join(root, 'etc/enid/config.yaml'), { recursive: true });
    expect((await enid('detect')).errors).toContain(`${root}/etc/enid/config.yaml: `);
    writeFileSync(join(root, 'enid.yaml'), 'nonsense: 1\nstack: odd\n');
    const { errors } = await enid('detect', '--config', '/enid.yaml');
    expect(errors).toContain(`${root}/enid.yaml:1:1: `);
    expect(errors).toMatch(new RegExp(`${root}/enid.yaml:2:\\d+: `));
  });
});

it('clean tells what it removed, and nothing the second time', async () => {
  mkdirSync(join(root, 'run/enid'), { recursive: true });
  writeFileSync(join(root, 'run/enid/status.json'), '{}');

  const first = await enid('clean', '--json');
  expect(JSON.parse(first.output)).toEqual({ schema: 1, removed: ['/run/enid/status.json'], kept: [] });
  expect(await enid('clean')).toMatchObject({ exitCode: 0, output: 'Clean already: nothing to remove.\n' });
});

it('clean --force leaves a file without the marker of enid alone, whatever state.json says', async () => {
  mkdirSync(join(root, 'etc'), { recursive: true });
  mkdirSync(join(root, 'var/lib/enid'), { recursive: true });
  writeFileSync(join(root, 'etc/passwd'), 'root\n');
  const owned = { path: '/etc/passwd', digest: digestOf('root\n'), mode: 0o644, mac: null };
  writeFileSync(
    join(root, statePath.slice(1)),
    printState({ ...emptyState, files: new Map([[owned.path, owned]]) }),
  );

  const { output, exitCode } = await enid('clean', '--force', '--json');

  expect(JSON.parse(output)).toMatchObject({ removed: [], kept: ['/etc/passwd'] });
  expect(exitCode).toBe(3);
  expect(existsSync(join(root, 'etc/passwd'))).toBe(true);
});

it('clean removes the empty directories that enid made, and no other', async () => {
  const [ours, theirs] = ['/etc/systemd/network/10-netplan-eth1.network.d', '/etc/netplan'];
  const [file, other] = [`${ours}/60-enid.conf`, `${theirs}/60-enid.yaml`];
  for (const path of [file, other, statePath]) mkdirSync(dirname(join(root, path)), { recursive: true });
  const text = `${marker}\n`;
  const owned = [file, other].map((path) => ({ path, digest: digestOf(text), mode: 0o644, mac: null }));
  for (const { path } of owned) writeFileSync(join(root, path), text);
  const files = new Map(owned.map((entry) => [entry.path, entry]));
  writeFileSync(join(root, statePath), printState({ ...emptyState, files, directories: [ours] }));

  expect(JSON.parse((await enid('clean', '--json')).output).removed).toEqual(
    expect.arrayContaining([file, other, ours]),
  );
  expect([ours, dirname(ours), theirs].map((path) => existsSync(join(root, path)))).toEqual([
    false,
    true,
    true,
  ]);
});

it('a state.json that others can write is not read, and nothing is removed by it', async () => {
  mkdirSync(join(root, 'var/lib/enid'), { recursive: true });
  const file = join(root, statePath);
  writeFileSync(file, printState(emptyState));
  chmodSync(file, 0o622);

  const { exitCode, output } = await enid('clean', '--json');
  expect(JSON.parse(output).problem).toMatchObject({ code: 'file-untrusted', place: file });
  expect(exitCode).toBe(1);
  expect(existsSync(file)).toBe(true);
});

it('a template override that others can write is refused, whoever renders', async () => {
  const file = join(root, overrideDirectory, 'sysctl/enid.conf.liquid');
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, '# Managed by enid\n');
  const { read } = templatesOf({ ports: nodePorts({ root, logLevel: 'error' }), templates: root });
  expect(await read('sysctl/enid.conf.liquid')).toMatchObject({ ok: true });
  chmodSync(dirname(file), 0o777);
  expect(await read('sysctl/enid.conf.liquid')).toMatchObject({
    ok: false,
    problem: { code: 'file-untrusted', place: dirname(file) },
  });
});

describe.each([
  ['not UTF-8', (path: string) => writeFileSync(path, Buffer.from([0x7b, 0xff, 0xfe, 0x7d]))],
  ['of a newer version', (path: string) => writeFileSync(path, JSON.stringify({ schema: 2, slots: {} }))],
  ['not JSON', (path: string) => writeFileSync(path, '\0\0\0')],
  [
    'huge',
    (path: string) => {
      writeFileSync(path, '{}');
      truncateSync(path, 1024 ** 4);
    },
  ],
  ['a directory', (path: string) => mkdirSync(path)],
])('a file that is %s', (what, make) => {
  const place = (path: string): string => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    make(join(root, path));
    return path;
  };
  const identity = (path: string) => {
    const { ino, size, mtimeMs } = statSync(join(root, path));
    return { ino, size, mtimeMs };
  };

  it.each([['recover'], ['clean'], ['clean', '--force'], ['plan']])(
    'as state.json is a problem for %s %s, never an empty state, and stays',
    async (...command) => {
      const path = place(statePath);
      const before = identity(path);
      const { exitCode, output } = await enid(...command, '--json');
      const { problem } = JSON.parse(output);
      expect(problem.code).toMatch(/^(state-corrupt|file-(unreadable|too-large|not-regular))$/);
      expect(problem.place).toBe(statePath);
      if (what === 'of a newer version') expect(problem.message).toContain('of a newer enid');
      expect(exitCode).toBe(1);
      expect(identity(path)).toEqual(before);
    },
  );

  it('as status.json is a problem of status, never an empty status', async () => {
    const path = place('/run/enid/status.json');
    const before = identity(path);
    const { exitCode, output } = await enid('status', '--json');
    const { problem } = JSON.parse(output);
    expect(problem.code).toMatch(/^file-(unreadable|too-large|not-regular)$/);
    expect(problem.place).toBe('/run/enid/status.json');
    expect(exitCode).toBe(1);
    expect(identity(path)).toEqual(before);
  });
});

describe('what is printed', () => {
  it('is JSON with --json, whatever is asked', async () => {
    expect(JSON.parse((await enid('--json')).output)).toMatchObject({
      schema: 1,
      commands: expect.arrayContaining([{ name: 'status', summary: expect.any(String) }]),
    });
    expect(JSON.parse((await enid('--version', '--json')).output)).toEqual({ schema: 1, version: 'test' });
  });

  it('has colour where standard error is a terminal, whatever standard output is', async () => {
    const red = `${String.fromCharCode(27)}[31m`;

    expect((await enid('nonsense')).errors).not.toContain(red);
    errorTerminal = true;
    expect((await enid('nonsense')).errors).toContain(red);
  });
});

it('what files say does not reach the terminal as commands', async () => {
  mkdirSync(join(root, 'etc/enid'), { recursive: true });
  writeFileSync(join(root, 'etc/enid/config.yaml'), '"a\u009b31m\u202eb": 1\n');
  for (const flags of [[], ['--json']]) {
    const { output, errors } = await enid('detect', ...flags);
    expect(output + errors).toMatch(/a\\+u009b31m\\+u202eb/);
    expect(output + errors).not.toMatch(/[\u009b\u202e]/);
  }
});

it('--root must be a directory', async () => {
  root = join(root, 'nonexist');
  expect(await enid('detect')).toMatchObject({
    exitCode: 2,
    errors: expect.stringContaining('no such directory'),
  });
  root = dirname(root);
});

describe('a status that is not whole', () => {
  it.each([
    '{"schema":1}',
    '{"schema":1,"state":"ok","lastRun":null,"interfaces":[{}],"problems":[]}',
    '{"schema":1,"state":"constructor","cloud":null,"distro":null,"stack":null,"lastRun":null,"interfaces":[],"problems":[]}',
    '{"schema":1,"state":"ok","cloud":null,"distro":3,"stack":null,"lastRun":null,"interfaces":[],"problems":[]}',
    'null',
    '{',
  ])('%s is one problem, exit 1', async (text) => {
    mkdirSync(join(root, 'run/enid'), { recursive: true });
    writeFileSync(join(root, 'run/enid/status.json'), text);

    expect(await enid('status')).toMatchObject({
      exitCode: 1,
      errors: expect.stringContaining('/run/enid/status.json: is not as enid writes it'),
    });
  });
});
