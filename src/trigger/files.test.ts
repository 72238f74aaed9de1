import { expect, test } from 'vitest';
import type { DirectoryEntry } from '../ports/files.ts';
import { consumeTriggers, noticePath, pathsToWatch, triggerDirectory } from './files.ts';

const places = {
  config: '/etc/enid/config.yaml',
  templates: '/etc/enid/templates',
  metadata: '/srv/network.json',
};

test('paths', () => {
  expect(pathsToWatch({ ...places, owned: ['/etc/netplan/60-enid-eth1.yaml'] })).toEqual([
    '/etc/enid/config.yaml',
    '/etc/enid/templates',
    '/run/enid/trigger',
    '/srv/network.json',
    '/etc/netplan/60-enid-eth1.yaml',
  ]);
  expect(pathsToWatch({ ...places, metadata: null, owned: [] })).not.toContain('/srv/network.json');
});

test.each([
  ['/etc/enid/config.yaml', 'config'],
  ['/etc/enid/templates/netplan/interface.yaml.liquid', 'config'],
  ['/srv/network.json', 'metadata'],
  ['/run/enid/trigger/link-eth1', undefined],
  ['/run/enid/trigger', undefined],
  ['/etc/netplan/60-enid-eth1.yaml', 'drift'],
])('%s means %s', (path, kind) => {
  expect(noticePath(path, places)?.kind).toBe(kind);
});

function directory(entries: readonly DirectoryEntry[] | null) {
  const removed: string[] = [];
  const files = {
    list: () => Promise.resolve({ ok: true, value: entries } as const),
    remove: (path: string) => {
      removed.push(path);
      return Promise.resolve({ ok: true, value: undefined } as const);
    },
  };
  return { files, removed };
}

test('trigger files are deleted and say what they ask for', async () => {
  const { files, removed } = directory([
    { name: 'link-eth1', kind: 'file' },
    { name: 'cloud-init', kind: 'file' },
    { name: 'evil\nname', kind: 'file' },
    { name: 'sub', kind: 'directory' },
  ]);

  expect(await consumeTriggers(files)).toEqual({
    ok: true,
    value: [
      { kind: 'link', detail: 'udev told of eth1' },
      { kind: 'manual', detail: 'trigger cloud-init' },
      { kind: 'manual', detail: 'trigger evil?name' },
    ],
  });
  expect(removed).toEqual(
    ['link-eth1', 'cloud-init', 'evil\nname'].map((name) => `${triggerDirectory}/${name}`),
  );
});

test('no directory is no trigger; a file that cannot be removed is a problem, not an endless loop', async () => {
  expect(await consumeTriggers(directory(null).files)).toEqual({ ok: true, value: [] });
  const { files } = directory([{ name: 'x', kind: 'file' }]);
  const problem = { code: 'file-unwritable', place: 'x', message: '', advice: '' } as const;
  expect(
    await consumeTriggers({ ...files, remove: () => Promise.resolve({ ok: false, problem }) }),
  ).toMatchObject({ ok: false });
});
