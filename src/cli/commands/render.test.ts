import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCli } from '../run.ts';

const primary = { mac: '00:16:3e:00:00:01', name: 'eth0', primary: true };
const good = JSON.stringify({ interfaces: [primary] });
let place = '';
let [saved, out] = ['', ''];

beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'enid-render-'));
  [saved, out] = [join(place, 'saved.json'), join(place, 'tree')];
});
afterEach(() => rmSync(place, { recursive: true }));

function render(text: string, ...flags: readonly string[]): ReturnType<typeof runCli> {
  writeFileSync(saved, text);
  return runCli({
    argv: ['render', '--metadata', saved, '--os', 'amzn:2023', '--out', out, ...flags],
    environment: {},
    terminal: false,
    errorTerminal: false,
    uid: 1000,
    version: 'test',
    self: [],
    templates: resolve('templates'),
    stopping: new AbortController().signal,
  });
}

describe('saved metadata', () => {
  it.each([
    'no JSON',
    '[]',
    'null',
    '{"interfaces":[]}',
    JSON.stringify({ interfaces: [{ mac: primary.mac }] }),
    JSON.stringify({ interfaces: [{ ...primary, ipv4: { addresses: ['10.0.0.256'] } }] }),
    JSON.stringify({ interfaces: [{ ...primary, id: 'eni\u001b[31m' }] }),
    JSON.stringify({ interfaces: [{ ...primary, mac: 'x' }] }),
  ])('%s is an error of usage', async (text) => {
    expect(await render(text)).toMatchObject({ exitCode: 2, errors: expect.stringContaining(saved) });
  });
});

describe('the directory', () => {
  it('is made', async () => {
    expect(await render(good)).toMatchObject({ exitCode: 0, errors: '' });
  });

  it('that has files already is left alone, unless forced', async () => {
    mkdirSync(out);
    writeFileSync(join(out, 'mine'), '');

    expect(await render(good)).toMatchObject({ exitCode: 2, errors: expect.stringContaining('--force') });
    expect(readdirSync(out)).toEqual(['mine']);
    expect(await render(good, '--force')).toMatchObject({ exitCode: 0, errors: '' });
  });
});
