// Builds what runs: `dist/enid.cjs` with `dist/templates/`, and the programs for development in `dist/dev/`.
// Run as `node packaging/build.mjs`, from anywhere.
import { existsSync } from 'node:fs';
import { chmod, cp, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));

/** Entries that do not exist are left out, so that a part of the tree can be built alone. */
const programs = [
  { entry: 'src/main.ts', out: 'dist/enid.cjs', options: agent() },
  { entry: 'test/demo/demo.ts', out: 'dist/dev/demo.mjs', options: development() },
  { entry: 'test/bench/bench.ts', out: 'dist/dev/bench.mjs', options: development() },
  { entry: 'test/lab/metadata-server.ts', out: 'dist/dev/metadata-server.mjs', options: development() },
].filter(({ entry }) => existsSync(join(root, entry)));

await mkdir(join(root, 'dist/dev'), { recursive: true });
await Promise.all([templates(), ...programs.map(bundle)]);

/** Renamed into place, so that a program that is running its tests never reads half a bundle. */
async function bundle({ entry, out, options }) {
  const file = join(root, out);
  const unfinished = join(root, `${out}.${process.pid}`);
  await build({
    entryPoints: [join(root, entry)],
    outfile: unfinished,
    absWorkingDir: root,
    bundle: true,
    platform: 'node',
    legalComments: 'none',
    logLevel: 'warning',
    define: { 'process.env.ENID_VERSION': JSON.stringify(version) },
    ...options,
  });
  await chmod(unfinished, 0o755);
  await rename(unfinished, file);
}

/**
 * One file that the oldest Node of the 16 line runs. `await import()` of our own modules stays what it is: a module
 * inside the bundle is evaluated at the first import, so `enid status` does not pay for templates and schemas.
 * Names stay, for stack traces; white space goes, since parsing it is a tenth of the start.
 */
function agent() {
  return {
    format: 'cjs',
    target: 'node16.20',
    minifyWhitespace: true,
    minifySyntax: true,
    define: {
      'process.env.ENID_VERSION': JSON.stringify(version),
      'import.meta.url': 'enidModuleUrl',
    },
    banner: {
      js: `#!/usr/bin/env node\nconst enidModuleUrl=require("url").pathToFileURL(__filename).href;`,
    },
  };
}

function development() {
  return { format: 'esm', target: 'node20', banner: { js: '#!/usr/bin/env node' } };
}

/** Copies `templates/` and removes what is no longer there, without ever leaving the directory empty for a reader. */
async function templates() {
  const from = join(root, 'templates');
  const to = join(root, 'dist/templates');
  if (!existsSync(from)) return;
  await cp(from, to, { recursive: true });
  const wanted = new Set(await readdir(from, { recursive: true }));
  for (const name of await readdir(to, { recursive: true })) {
    if (!wanted.has(name)) await rm(join(to, name), { recursive: true, force: true });
  }
}
