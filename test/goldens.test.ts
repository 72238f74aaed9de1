import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { asksOtherwise } from '../src/activate/asking.ts';
import type { FileChange, RenderedFile } from '../src/model/file.ts';
import { goldenCases, goldenFolder, goldenSystems } from './golden-systems.ts';
import { renderGolden } from './render-golden.ts';

/*
 * One saved InstanceNetwork x every system -> the whole file tree, byte for byte, modes included (the index MODES, since
 * git keeps only the executable bit). A file too many or too few fails. UPDATE_GOLDENS=1 writes the trees anew:
 * read the difference before you commit it.
 */
const root = fileURLToPath(new URL('goldens', import.meta.url));
const update = process.env.UPDATE_GOLDENS === '1';

type Tree = Readonly<Record<string, string>>;

describe.each(goldenSystems.map((system) => ({ system, folder: goldenFolder(system) })))(
  '$folder',
  ({ system, folder }) => {
    it.each(goldenCases)('%s', async (name) => {
      const { files } = await renderGolden(system, name);
      const modes = files.map((file) => `${file.mode.toString(8).padStart(4, '0')} ${file.path}\n`).join('');
      const tree: Tree = {
        MODES: modes,
        ...Object.fromEntries(files.map((file) => [file.path.slice(1), file.text])),
      };
      const directory = join(root, folder, name);
      if (update) await writeTree(directory, tree);

      expect(await readTree(directory)).toEqual(tree);
    });
  },
);

it('no golden is left over from a system or case that is gone', async () => {
  const kept = new Set(goldenSystems.map(goldenFolder));
  const folders = await readdir(root);
  const cases = await Promise.all(folders.map((folder) => readdir(join(root, folder))));

  expect(folders.filter((folder) => !kept.has(folder))).toEqual([]);
  expect(new Set(cases.flat())).toEqual(new Set(goldenCases));
});

it.each(goldenSystems.map((system) => [goldenFolder(system), system] as const))(
  '%s: files tell whether a lease is asked for',
  async (_, system) => {
    const [leased, set] = [await renderGolden(system, 'dhcp-1'), await renderGolden(system, 'static-1')];
    const differs = text(leased.files) !== text(set.files);

    expect(asksOtherwise(changes(leased.files, set.files))).toBe(differs);
    expect(asksOtherwise(changes(set.files, leased.files))).toBe(differs);
    expect(asksOtherwise(changes(leased.files, leased.files))).toBe(false);
  },
);

function text(files: readonly RenderedFile[]): string {
  return files.map((file) => `${file.path}\n${file.text}`).join('\n');
}

/** What a change from one tree to another one does to the files that are in both. */
function changes(from: readonly RenderedFile[], to: readonly RenderedFile[]): readonly FileChange[] {
  return to.flatMap(({ path, text: after, mode, mac }): readonly FileChange[] => {
    const former = from.find((file) => file.path === path);
    if (former === undefined) return [];
    const before = { bytes: Buffer.from(former.text), mode, uid: 0, gid: 0 };
    return [{ path, action: 'replace', before, after: { text: after, mode }, mac }];
  });
}

async function readTree(directory: string): Promise<Tree> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => []);
  const tree: Record<string, string> = {};
  for (const entry of entries) {
    if (entry.isDirectory()) continue;
    const path = join(entry.parentPath, entry.name);
    tree[relative(directory, path)] = await readFile(path, 'utf8');
  }
  return tree;
}

async function writeTree(directory: string, tree: Tree): Promise<void> {
  await rm(directory, { recursive: true, force: true });
  for (const [path, text] of Object.entries(tree)) {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), text);
  }
}
