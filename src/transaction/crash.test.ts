import {
  chmodSync,
  cpSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { marker, type OwnedFile, type RenderedFile } from '../model/file.ts';
import type { Mac } from '../model/mac.ts';
import type { Result } from '../model/problem.ts';
import { emptyState, type State } from '../model/state.ts';
import type { Files } from '../ports/files.ts';
import { nodeFiles } from '../ports/node/files.ts';
import { loadState } from '../state/load.ts';
import { saveState } from '../state/save.ts';
import { beginTransaction } from './begin.ts';
import { digestOf, isMarked, readDisk } from './content.ts';
import { pendingTransactions } from './history.ts';
import { type FilePlan, planFiles } from './plan.ts';
import { recover } from './recover.ts';
import { rollBack } from './rollback.ts';
import {
  copyMemory,
  cutAt,
  emptyMemory,
  type Fate,
  type Memory,
  memoryFiles,
  PowerCut,
  treeOf,
} from './testing.ts';
import { commit, noteArmed, writeFiles } from './transaction.ts';

const clock = {
  now: () => new Date('2024-01-31T12:01:02Z'),
  monotonic: () => 0,
  sleep: () => Promise.resolve(),
};
const mac = '00:16:3e:00:00:02' as Mac;
const undo = { release: [], scoped: [], start: [], restart: [], primary: null, extent: null };
const pid = process.pid;
const here = new Map();

/** What a machine holds and what it is to hold. */
interface Scene {
  readonly files: ReadonlyMap<string, { readonly text: string; readonly mode: number; readonly uid: number }>;
  readonly owned: readonly string[];
  /** Directories that enid made. */
  readonly made: readonly string[];
  readonly rendered: readonly RenderedFile[];
  readonly decision: 'commit' | 'roll back';
}

const paths = [
  '/etc/sysconfig/network-scripts/ifcfg-eth1',
  '/etc/sysconfig/network-scripts/rule-eth1',
  '/etc/netplan/60-enid-eth1.yaml',
  '/etc/sysctl.d/60-enid.conf',
  '/etc/new/deep/er/file',
] as const;
const contents = fc.constantFrom(
  '',
  `${marker}\n`,
  `${marker}\nA=1\n`,
  'a person wrote this\n',
  '\u00ff\u0000binary',
);
const modes = fc.constantFrom(0o600, 0o644, 0o4755);

const scenes: fc.Arbitrary<Scene> = fc.record({
  files: fc
    .array(
      fc.tuple(
        fc.constantFrom(...paths),
        fc.record({ text: contents, mode: modes, uid: fc.constantFrom(0, 7) }),
      ),
      { maxLength: 5 },
    )
    .map((entries) => new Map(entries)),
  owned: fc.subarray([...paths]),
  made: fc.subarray(['/etc/netplan', '/etc/new', '/etc/new/deep', '/etc/new/deep/er']),
  rendered: fc.subarray([...paths]).chain((chosen) =>
    fc.tuple(
      ...chosen.map((path) =>
        fc.record({
          path: fc.constant(path),
          text: contents.map((text) => (text.startsWith(marker) ? text : `${marker}\n${text}`)),
          mode: modes,
          mac: fc.constantFrom(mac, null),
          template: fc.constant('t'),
        }),
      ),
    ),
  ),
  decision: fc.constantFrom('commit', 'roll back'),
});

function value<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(`${result.problem.code} ${result.problem.place} ${result.problem.message}`);
  return result.value;
}

async function stage(files: Files, scene: Scene): Promise<State> {
  for (const [path, { text, mode, uid }] of scene.files)
    value(await files.write(path, text, { mode, uid, gid: 0 }));
  const owned = scene.owned.map((path): [string, OwnedFile] => {
    const found = scene.files.get(path);
    return [path, { path, digest: digestOf(found?.text ?? 'gone'), mode: found?.mode ?? 0, mac }];
  });
  const state = {
    ...emptyState,
    slots: new Map([[mac, 1]]),
    files: new Map(owned),
    directories: scene.made,
  };
  value(await saveState(files, state));
  return state;
}

/** One whole run: plan, journal, backup, write, and the decision. */
async function change(files: Files, state: State, scene: Scene): Promise<FilePlan> {
  const disk = value(await readDisk(files, new Set([...paths, ...state.files.keys()])));
  const plan = planFiles({
    disk,
    owned: state.files,
    rendered: scene.rendered,
    leaving: new Set(),
    force: true,
    adopt: true,
  });
  const owned = { before: state.files, after: plan.owned };
  const transaction = value(
    await beginTransaction(
      { files, clock },
      { why: 'test', changes: plan.changes, owned, undo, snapshot: null, pid },
    ),
  );
  value(await noteArmed(transaction, { kind: 'timer', unit: 'x', attempt: 1 }));
  value(await writeFiles({ files }, transaction, plan.changes));
  if (scene.decision === 'commit') {
    expect(value(await commit({ files }, transaction, state)).problem).toBe(null);
  } else {
    expect(await rollBack({ files }, transaction, 'harm', null)).toMatchObject({
      worked: true,
      problems: [],
    });
  }
  return plan;
}

async function tryChange(files: Files, state: State, scene: Scene): Promise<void> {
  try {
    await change(files, state, scene);
  } catch (error) {
    if (!(error instanceof PowerCut)) throw error;
  }
}

async function tryRecover(files: Files): Promise<void> {
  try {
    value(await recover({ files, clock }, pid, here));
  } catch (error) {
    if (!(error instanceof PowerCut)) throw error;
  }
}

/** The tree and what state.json says of it, as one thing to compare. */
async function account(
  files: Files,
  tree: unknown,
): Promise<{ tree: unknown; owned: unknown; made: unknown }> {
  const state = value(await loadState(files));
  return { tree, owned: [...state.files], made: state.directories };
}

async function boot(): Promise<Memory> {
  const memory = emptyMemory();
  const files = memoryFiles(memory);
  for (const path of [`/proc/${pid}/stat`, '/proc/sys/kernel/random/boot_id']) {
    const real = value(await nodeFiles('/').read(path));
    if (real !== null) await files.write(path, real.bytes, { mode: 0o444 });
  }
  return memory;
}

const fates: readonly Fate[] = ['before', 'torn', 'after'];

describe('a power cut at any operation', () => {
  it('leaves, after recovery, exactly the old tree or exactly the new one', async () => {
    await fc.assert(
      fc.asyncProperty(scenes, fc.constantFrom(...fates), fc.nat(12), async (scene, secondFate, second) => {
        const start = await boot();
        const state = await stage(memoryFiles(start), scene);
        const before = await account(memoryFiles(start), treeOf(start, ['/etc']));
        const whole = copyMemory(start);
        const counter = cutAt(memoryFiles(whole), Number.POSITIVE_INFINITY, 'before');
        await change(counter.files, state, scene);
        const after = await account(memoryFiles(whole), treeOf(whole, ['/etc']));
        if (scene.decision === 'roll back') expect(after).toEqual(before);

        for (let count = 1; count <= counter.operations(); count++) {
          for (const fate of fates) {
            const memory = copyMemory(start);
            await tryChange(cutAt(memoryFiles(memory), count, fate).files, state, scene);
            // The power fails a second time, during recovery; then it stays.
            await tryRecover(cutAt(memoryFiles(memory), second, secondFate).files);
            const files = memoryFiles(memory);
            await files.removeTree('/run'); // a tmpfs: the lock of the one that died is gone with the boot
            const recovery = value(await recover({ files, clock }, pid, here));

            expect(
              recovery.transactions.filter((entry) => entry.kind === 'failed' || entry.kind === 'set-aside'),
            ).toEqual([]);
            const now = await account(files, treeOf(memory, ['/etc']));
            expect([before, after]).toContainEqual(now);
            expect(value(await pendingTransactions(files))).toEqual([]);
            expect(
              Object.keys(treeOf(memory, ['/var/lib/enid'])).filter((path) => path.includes('tmp')),
            ).toEqual(
              // Only inside a transaction's own folder may a half-written copy stay; it goes with it.
              Object.keys(treeOf(memory, ['/var/lib/enid/transactions'])).filter((path) =>
                path.includes('tmp'),
              ),
            );
          }
        }
      }),
      { numRuns: 40 },
    );
  });

  it('is the new tree once the commit is on disk', async () => {
    const scene: Scene = {
      files: new Map([[paths[0], { text: 'old', mode: 0o644, uid: 0 }]]),
      owned: [paths[0]],
      made: [],
      rendered: [{ path: paths[1], text: 'new', mode: 0o600, mac, template: 't' }],
      decision: 'commit',
    };
    const start = await boot();
    const state = await stage(memoryFiles(start), scene);
    const seen: boolean[] = [];
    for (let count = 1; count < 40; count++) {
      const memory = copyMemory(start);
      await tryChange(cutAt(memoryFiles(memory), count, 'after').files, state, scene);
      await recover({ files: memoryFiles(memory), clock }, pid, here);
      seen.push(memory.contents.has(paths[1]));
    }
    const turn = seen.indexOf(true);
    expect(turn).toBeGreaterThan(3);
    expect(seen.slice(turn).every((isNew) => isNew)).toBe(true);
  });
});

describe('the same on a real disk', () => {
  let top = '';
  afterEach(() => rmSync(top, { recursive: true, force: true }));

  function realTree(root: string): readonly string[] {
    const walk = (path: string): readonly string[] => {
      const stat = lstatSync(path);
      const name = `${path.slice(root.length)} ${(stat.mode & 0o7777).toString(8)} ${stat.uid}:${stat.gid}`;
      if (!stat.isDirectory()) return [`${name} ${readFileSync(path).toString('hex')}`];
      return [
        name,
        ...readdirSync(path)
          .sort()
          .flatMap((child) => walk(join(path, child))),
      ];
    };
    return walk(join(root, 'etc'));
  }

  it('leaves the old tree or the new one', async () => {
    top = mkdtempSync(join(tmpdir(), 'enid-crash-'));
    const start = join(top, 'start');
    const put = (path: string, text: string, mode: number): void => {
      mkdirSync(dirname(join(start, path)), { recursive: true });
      writeFileSync(join(start, path), text);
      chmodSync(join(start, path), mode);
    };
    put(paths[0], `${marker}\nOLD=1\n`, 0o644);
    put(paths[1], `${marker}\nrule\n`, 0o640);
    const rendered = [paths[0], paths[2], paths[4]].map((path) => ({
      path,
      text: `${marker}\nNEW=1\n`,
      mode: 0o600,
      mac,
      template: 't',
    }));
    const scene: Scene = { files: new Map(), owned: [], made: [], rendered, decision: 'commit' };
    const owned = [paths[0], paths[1]].map((path): [string, OwnedFile] => {
      const bytes = readFileSync(join(start, path));
      return [path, { path, digest: digestOf(bytes), mode: 0o644, mac }];
    });
    const state: State = { ...emptyState, files: new Map(owned) };
    value(await saveState(nodeFiles(start), state));
    const old = { tree: realTree(start), owned: [...state.files], made: state.directories };

    const copy = (name: string): string => {
      const root = join(top, name);
      cpSync(start, root, { recursive: true, preserveTimestamps: true });
      return root;
    };
    const whole = copy('whole');
    const counter = cutAt(nodeFiles(whole), Number.POSITIVE_INFINITY, 'before');
    await change(counter.files, state, scene);
    const fresh = await account(nodeFiles(whole), realTree(whole));
    expect(fresh).not.toEqual(old);

    for (let count = 1; count <= counter.operations(); count++) {
      for (const fate of fates) {
        const root = copy(`${count}-${fate}`);
        await tryChange(cutAt(nodeFiles(root), count, fate).files, state, scene);
        value(await recover({ files: nodeFiles(root), clock }, pid, here));
        expect([old, fresh]).toContainEqual(await account(nodeFiles(root), realTree(root)));
      }
    }
  });
});

describe('after a commit', () => {
  it('the plan is empty', async () => {
    await fc.assert(
      fc.asyncProperty(scenes, async (scene) => {
        const memory = await boot();
        const files = memoryFiles(memory);
        const state = await stage(files, scene);
        await change(files, state, { ...scene, decision: 'commit' });
        const saved = value(await loadState(files));
        const disk = value(await readDisk(files, new Set([...paths, ...saved.files.keys()])));
        const again = planFiles({
          disk,
          owned: saved.files,
          rendered: scene.rendered,
          leaving: new Set(),
          force: false,
          adopt: false,
        });
        const rendered = new Set<string>(scene.rendered.map(({ path }) => path));
        const foreign = [...saved.files.keys()].filter((path) => {
          const there = disk.contents.get(path) ?? null;
          return !rendered.has(path) && there !== null && !isMarked(there.bytes);
        });
        for (const directory of saved.directories) {
          expect([...saved.files.keys()].some((path) => path.startsWith(`${directory}/`))).toBe(true);
        }
        expect(again).toMatchObject({ changes: [], owned: saved.files });
        expect(again.kept.map(({ path, problem }) => [path, problem.code])).toEqual(
          foreign.sort().map((path) => [path, 'unmanaged']),
        );
      }),
    );
  });
});
