import { expect, test, vi } from 'vitest';
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
    '/srv/network.json',
    '/etc/netplan/60-enid-eth1.yaml',
  ]);
  expect(pathsToWatch({ ...places, metadata: null, owned: [] })).not.toContain('/srv/network.json');
});

test.each([
  ['/etc/enid/config.yaml', 'config'],
  ['/etc/enid/templates/netplan/interface.yaml.liquid', 'config'],
  ['/srv/network.json', 'metadata'],
  ['/etc/netplan/60-enid-eth1.yaml', 'drift'],
])('%s means %s', (path, kind) => {
  expect(noticePath(path, places).kind).toBe(kind);
});

/** A directory with these entries, and how often it was emptied. */
function directory(names: Iterable<string> | null, left: string | null = null) {
  const drain = vi.fn((_directory: string, onName: (name: string) => void) => {
    for (const name of names ?? []) onName(name);
    return Promise.resolve({ ok: true, value: names === null ? null : { removed: 1, left } } as const);
  });
  return { drain };
}

test('trigger files are deleted and say what they ask for', async () => {
  const files = directory(['link-eth1', 'cloud-init', 'evil\nname', 'x'.repeat(255)]);

  expect(await consumeTriggers(files)).toEqual({
    ok: true,
    value: {
      triggers: [
        { kind: 'link', detail: 'udev told of eth1' },
        { kind: 'manual', detail: 'trigger cloud-init' },
        { kind: 'manual', detail: 'trigger evil?name' },
        { kind: 'manual', detail: `trigger ${'x'.repeat(40)}` },
      ],
      left: null,
    },
  });
  expect(files.drain.mock.calls.map(([path]) => path)).toEqual([triggerDirectory]);
});

test('a million files are a handful of triggers, and none hides another kind', async () => {
  function* names() {
    for (let index = 0; index < 1_000_000; index++) yield `link-e${index}`;
    yield 'cloud-init';
  }
  const taken = await consumeTriggers(directory(names()));

  expect(taken.ok && taken.value.triggers.map(({ kind }) => kind)).toEqual([
    'link',
    'link',
    'link',
    'link',
    'manual',
  ]);
});

test('no directory is no trigger, and what cannot be removed is told', async () => {
  expect(await consumeTriggers(directory(null))).toEqual({ ok: true, value: { triggers: [], left: null } });
  expect(await consumeTriggers(directory([], 'EPERM'))).toEqual({
    ok: true,
    value: { triggers: [], left: 'EPERM' },
  });
});
