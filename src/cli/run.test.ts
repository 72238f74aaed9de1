import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCli } from './run.ts';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'enid-cli-'));
});
afterEach(() => rmSync(root, { recursive: true }));

/** A command on the empty image below `root`. */
const enid = (...argv: readonly string[]) =>
  runCli({
    argv: ['--root', root, ...argv],
    environment: {},
    terminal: false,
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
    expect(ending.errors).toContain('/etc/enid/other.yaml: no such file');
  });

  it('that nobody named may be missing', async () => {
    expect(await enid('detect')).toMatchObject({ exitCode: 0, errors: '' });
  });

  it('is below --root, and read', async () => {
    writeFileSync(join(root, 'enid.yaml'), 'nonsense: 1\n');

    expect(await enid('detect', '--config', '/enid.yaml')).toMatchObject({
      exitCode: 2,
      errors: expect.stringContaining('nonsense'),
    });
  });
});
