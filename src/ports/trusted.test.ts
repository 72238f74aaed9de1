import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { nodeFiles } from './node/files.ts';
import { readTrustedText } from './trusted.ts';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'enid-trusted-'));
  for (const name of ['etc/enid', 'shared', 'safe'])
    mkdirSync(join(root, name), { recursive: true, mode: 0o755 });
  writeFileSync(join(root, 'etc/enid/config.yaml'), 'text', { mode: 0o644 });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const path = '/etc/enid/config.yaml';
const read = () => readTrustedText(nodeFiles(root), path);
const refused = (place: string, message: string) => ({
  ok: false,
  problem: { code: 'file-untrusted', place: join(root, place), message: expect.stringContaining(message) },
});

it('reads what only this user can write; nothing there is null', async () => {
  for (const mode of [0o600, 0o644, 0o444]) {
    chmodSync(join(root, path), mode);
    expect(await read()).toEqual({ ok: true, value: 'text' });
  }
  expect(await readTrustedText(nodeFiles(root), '/etc/enid/nothing')).toEqual({ ok: true, value: null });
});

it('reads what the own group of its owner can write, and refuses every other group', async () => {
  chmodSync(join(root, path), 0o664);
  expect(await read()).toMatchObject({ ok: true });
  if (process.getuid?.() !== 0) return;
  chownSync(join(root, path), 0, 1234);
  expect(await read()).toMatchObject(refused(path, 'a group can write it (mode 0664, owner 0:1234)'));
});

it.each([
  [path, 0o646],
  ['/etc/enid', 0o777],
  ['/etc/enid', 0o1777],
])('refuses %s with mode %o', async (place, mode) => {
  chmodSync(join(root, place), mode);
  expect(await read()).toMatchObject(
    refused(place, `everybody can write it (mode ${mode.toString(8).padStart(4, '0')}`),
  );
});

it.runIf(process.getuid?.() === 0).each([path, '/etc/enid'])('refuses %s of another user', async (place) => {
  chownSync(join(root, place), 1234, 1234);
  expect(await read()).toMatchObject({
    ...refused(place, 'another user owns it'),
    problem: {
      advice: `if its content is right: chown 0:0 ${join(root, place)} && chmod go-w ${join(root, place)}`,
    },
  });
});

it('refuses a link through a directory that others can write', async () => {
  rmSync(join(root, path));
  writeFileSync(join(root, 'safe/real.yaml'), 'text');
  symlinkSync('../safe/real.yaml', join(root, 'shared/link.yaml'));
  symlinkSync('/shared/link.yaml', join(root, path));
  expect(await read()).toEqual({ ok: true, value: 'text' });
  chmodSync(join(root, 'shared'), 0o1777);
  expect(await read()).toMatchObject(refused('/shared', 'everybody can write it'));
  chmodSync(join(root, 'shared'), 0o755);
  chmodSync(join(root, 'safe'), 0o777);
  expect(await read()).toMatchObject(refused('/safe', 'everybody can write it'));
});
