import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { largestFile } from '../files.ts';
import { nodeFiles } from './files.ts';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'enid-files-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

describe('reading', () => {
  it('gives bytes, mode and owner, below the root', async () => {
    mkdirSync(join(root, 'etc'));
    writeFileSync(join(root, 'etc/a'), 'text\n');
    chmodSync(join(root, 'etc/a'), 0o640);
    const read = await nodeFiles(root).read('/etc/a');
    expect(read.ok && read.value && Buffer.from(read.value.bytes).toString()).toBe('text\n');
    expect(read.ok && read.value?.mode).toBe(0o640);
    expect(read.ok && read.value?.uid).toBe(process.getuid?.());
  });

  it('takes regular files alone, and no more than is asked for', async () => {
    const files = nodeFiles(root);
    writeFileSync(join(root, 'ten'), '0123456789');
    execFileSync('mkfifo', [join(root, 'fifo')]);
    for (const name of ['null', 'zero']) symlinkSync(`/dev/${name}`, join(root, `dev-${name}`));
    const huge = join(root, 'huge');
    writeFileSync(huge, '');
    truncateSync(huge, largestFile + 1);
    const machine = nodeFiles('/');

    expect(await files.read('/ten', 10)).toMatchObject({ ok: true, value: { mode: expect.any(Number) } });
    expect(await files.readText('/ten', 9)).toMatchObject({
      ok: false,
      problem: { code: 'file-too-large', message: 'it has 10 bytes; at most 9 are read' },
    });
    expect(await files.read('/huge')).toMatchObject({
      ok: false,
      problem: { message: `it has ${largestFile + 1} bytes; at most ${largestFile} are read` },
    });
    expect(await files.read('/fifo')).toMatchObject({
      ok: false,
      problem: { code: 'file-not-regular', message: 'it is a FIFO; only regular files are read' },
    });
    expect(await machine.read(join(root, 'dev-zero'))).toMatchObject({
      ok: false,
      problem: { message: 'it is a device; only regular files are read' },
    });
    expect(await machine.readText(join(root, 'dev-null'))).toEqual({ ok: true, value: '' });
    expect(await files.read('/')).toMatchObject({ ok: false, problem: { message: 'it is a directory' } });
  });

  it('bounds what files of /proc give, whose size is 0', async () => {
    const files = nodeFiles('/');
    const whole = await files.readText('/proc/self/smaps');
    expect(whole.ok && (whole.value?.length ?? 0)).toBeGreaterThan(1_000);
    expect(await files.readText('/proc/self/smaps', 1_000)).toMatchObject({
      ok: false,
      problem: { message: 'it has more than 1000 bytes; at most 1000 are read' },
    });
  });

  it('says null for what is missing, and only for that', async () => {
    const files = nodeFiles(root);
    mkdirSync(join(root, 'directory'));
    writeFileSync(join(root, 'file'), '');
    expect(await files.read('/none')).toEqual({ ok: true, value: null });
    expect(await files.read('/file/below')).toEqual({ ok: true, value: null });
    expect(await files.list('/none')).toEqual({ ok: true, value: null });
    expect(await files.kind('/none')).toEqual({ ok: true, value: null });
    expect(await files.linkTarget('/none')).toEqual({ ok: true, value: null });
    expect(await files.read('/directory')).toMatchObject({
      ok: false,
      problem: { code: 'file-not-regular' },
    });
    expect(await files.list('/file')).toEqual({ ok: true, value: null });
  });

  it('refuses bytes that are no UTF-8 as text', async () => {
    writeFileSync(join(root, 'a'), Buffer.from([0x61, 0xff]));
    expect(await nodeFiles(root).readText('/a')).toMatchObject({
      ok: false,
      problem: { code: 'file-unreadable', place: '/a' },
    });
  });

  it('reads /proc and /sys of this machine whatever the root', async () => {
    const version = await nodeFiles(root).readText('/proc/version');
    expect(version.ok && version.value).toContain('Linux');
    expect(await nodeFiles(root).kind('/sys/class/net')).toEqual({ ok: true, value: 'directory' });
  });

  it('reads links as the system below the root would', async () => {
    mkdirSync(join(root, 'etc'));
    writeFileSync(join(root, 'etc/real'), 'inside');
    symlinkSync('/etc/real', join(root, 'etc/absolute'));
    symlinkSync('../../../../etc/real', join(root, 'etc/climbing'));
    symlinkSync('/etc', join(root, 'also-etc'));
    symlinkSync('loop', join(root, 'loop'));
    const files = nodeFiles(root);
    for (const path of ['/etc/absolute', '/etc/climbing', '/also-etc/absolute']) {
      expect(await files.readText(path)).toEqual({ ok: true, value: 'inside' });
    }
    expect(await files.linkTarget('/etc/absolute')).toEqual({ ok: true, value: '/etc/real' });
    expect(await files.linkTarget('/etc/climbing')).toEqual({ ok: true, value: '/etc/real' });
    expect(await files.linkTarget('/etc/real')).toEqual({ ok: true, value: null });
    expect(await files.read('/loop')).toMatchObject({ ok: false, problem: { code: 'file-unreadable' } });
    expect(await files.list('/etc')).toEqual({
      ok: true,
      value: [
        { name: 'absolute', kind: 'link' },
        { name: 'climbing', kind: 'link' },
        { name: 'real', kind: 'file' },
      ],
    });
  });
});

describe('writing', () => {
  it('replaces a file whole, with its mode, leaving no temporary file', async () => {
    const files = nodeFiles(root);
    expect((await files.write('/etc/netplan/60-enid-eth1.yaml', 'one', { mode: 0o600 })).ok).toBe(true);
    expect((await files.write('/etc/netplan/60-enid-eth1.yaml', 'two', { mode: 0o666 })).ok).toBe(true);
    expect(readFileSync(join(root, 'etc/netplan/60-enid-eth1.yaml'), 'utf8')).toBe('two');
    expect(statSync(join(root, 'etc/netplan/60-enid-eth1.yaml')).mode & 0o7777).toBe(0o666);
    expect(statSync(join(root, 'etc/netplan')).mode & 0o7777).toBe(0o755);
    expect(readdirSync(join(root, 'etc/netplan'))).toEqual(['60-enid-eth1.yaml']);
  });

  it('keeps state and run time to root alone, and nothing above them', async () => {
    await nodeFiles(root).write('/var/lib/enid/transactions/1/x', '', { mode: 0o600 });
    const mode = (path: string): number => statSync(join(root, path)).mode & 0o7777;
    expect([mode('var/lib'), mode('var/lib/enid'), mode('var/lib/enid/transactions/1')]).toEqual([
      0o755, 0o700, 0o700,
    ]);
  });

  it('replaces a link instead of writing through it', async () => {
    writeFileSync(join(root, 'target'), 'kept');
    symlinkSync('/target', join(root, 'link'));
    await nodeFiles(root).write('/link', 'new', { mode: 0o644 });
    expect(readFileSync(join(root, 'target'), 'utf8')).toBe('kept');
    expect(readFileSync(join(root, 'link'), 'utf8')).toBe('new');
  });

  it('reports what it could not write and leaves no trace', async () => {
    mkdirSync(join(root, 'etc/taken/x'), { recursive: true });
    expect(await nodeFiles(root).write('/etc/taken', 'x', { mode: 0o644 })).toMatchObject({
      ok: false,
      problem: { code: 'file-unwritable' },
    });
    expect(readdirSync(join(root, 'etc'))).toEqual(['taken']);
  });

  it('appends, removes files and empty directories only, and renames', async () => {
    const files = nodeFiles(root);
    await files.append('/log', 'a\n');
    await files.append('/log', 'b\n');
    expect(await files.readText('/log')).toEqual({ ok: true, value: 'a\nb\n' });
    await files.rename('/log', '/deep/er/log');
    expect(await files.remove('/deep/er')).toMatchObject({ ok: false, problem: { code: 'file-unwritable' } });
    expect(await files.remove('/deep/er/log')).toEqual({ ok: true, value: undefined });
    expect(await files.remove('/deep/er/log')).toEqual({ ok: true, value: undefined });
    await files.remove('/deep/er');
    expect(existsSync(join(root, 'deep/er'))).toBe(false);
    await files.makeDirectory('/tree/a/b', 0o750);
    expect(statSync(join(root, 'tree/a/b')).mode & 0o7777).toBe(0o750);
    writeFileSync(join(root, 'kept'), '');
    symlinkSync('/kept', join(root, 'tree/a/link'));
    symlinkSync('..', join(root, 'tree/a/up'));
    expect((await files.removeTree('/tree')).ok).toBe(true);
    expect(existsSync(join(root, 'kept'))).toBe(true);
    expect(await files.removeTree('/tree')).toEqual({ ok: true, value: undefined });
    expect(await files.kind('/tree')).toEqual({ ok: true, value: null });
  });

  it('creates a file once, however many try', async () => {
    const files = nodeFiles(root);
    const tries = await Promise.all(
      [1, 2, 3, 4, 5].map((n) => files.create('/run/enid/lock', `${n}`, 0o600)),
    );
    const won = tries.flatMap((tried, index) => (tried.ok && tried.value ? [`${index + 1}`] : []));
    expect(won).toHaveLength(1);
    expect(await files.readText('/run/enid/lock')).toEqual({ ok: true, value: won[0] });
    expect(readdirSync(join(root, 'run/enid'))).toEqual(['lock']);
  });

  it('pokes only what is there', async () => {
    writeFileSync(join(root, 'knob'), '0\n');
    expect((await nodeFiles(root).poke('/knob', '2\n')).ok).toBe(true);
    expect(readFileSync(join(root, 'knob'), 'utf8')).toBe('2\n');
    expect(await nodeFiles(root).poke('/none', '1')).toMatchObject({
      ok: false,
      problem: { code: 'file-unwritable' },
    });
  });
});

describe('watching', () => {
  async function eventually(what: () => boolean): Promise<void> {
    for (let tries = 0; tries < 100 && !what(); tries++)
      await new Promise((resolve) => setTimeout(resolve, 20));
    expect(what()).toBe(true);
  }

  it('sees files and directories change, also those that come later', async () => {
    mkdirSync(join(root, 'etc/enid'), { recursive: true });
    writeFileSync(join(root, 'etc/owned'), '1');
    const seen = new Set<string>();
    const watching = nodeFiles(root).watch(
      ['/etc/owned', '/etc/enid/config.yaml', '/run/enid/trigger', '/etc/enid/templates'],
      (path) => seen.add(path),
    );
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect([...seen]).toEqual([]);
    writeFileSync(join(root, 'etc/owned'), '2');
    await nodeFiles(root).write('/etc/enid/config.yaml', 'x: 1', { mode: 0o644 });
    await nodeFiles(root).write('/etc/enid/templates/netplan/a.liquid', 'x', { mode: 0o644 });
    await nodeFiles(root).write('/run/enid/trigger/udev', '', { mode: 0o644 });
    await eventually(() => seen.has('/etc/owned') && seen.has('/etc/enid/config.yaml'));
    await eventually(() => [...seen].some((path) => path.startsWith('/run/enid/trigger')));
    await eventually(() => [...seen].some((path) => path.startsWith('/etc/enid/templates')));
    for (const text of ['x: 2', 'x: 3', 'x: 4']) {
      seen.clear();
      await nodeFiles(root).write('/etc/enid/config.yaml', text, { mode: 0o644 });
      await eventually(() => seen.has('/etc/enid/config.yaml'));
    }
    seen.clear();
    await nodeFiles(root).remove('/etc/owned');
    await eventually(() => seen.has('/etc/owned'));
    await nodeFiles(root).write('/etc/unrelated', 'x', { mode: 0o644 });
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect([...seen]).not.toContain('/etc/unrelated');
    const started = Date.now();
    await watching.stop();
    expect(Date.now() - started).toBeLessThan(500);
    seen.clear();
    writeFileSync(join(root, 'etc/owned'), '3');
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect([...seen]).toEqual([]);
  });
});
