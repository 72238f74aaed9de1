import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
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
