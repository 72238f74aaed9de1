import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryDirectory } from '../lab/cleanup.ts';
import { program } from '../lab/metadata.ts';
import { run } from '../lab/run.ts';
import type { Screen } from './screen.ts';

/** One of each kind of file that is spoken today. */
const systems: readonly string[] = ['ubuntu:24.04', 'rhel:9', 'alinux:3', 'centos:7', 'debian:11', 'sles:15'];

/** Prints the files enid would have written for this saved metadata elsewhere; gives the failures. */
export async function showFiles(metadata: string, screen: Screen): Promise<readonly string[]> {
  const directory = temporaryDirectory();
  const saved = join(directory, 'metadata.json');
  writeFileSync(saved, metadata);
  const failures: string[] = [];
  for (const [index, system] of systems.entries()) {
    const out = join(directory, String(index));
    const argv = [
      process.execPath,
      program('dist/enid.cjs'),
      'render',
      '--metadata',
      saved,
      '--os',
      system,
      '--out',
      out,
    ];
    const ran = await run(argv);
    screen.step(`Files on ${system}`);
    const files = ran.code === 0 ? filesBelow(out) : [];
    if (files.length === 0) {
      failures.push(`render --os ${system}: exit ${ran.code} ${ran.stderr.trim()}`);
      screen.line(screen.bad(ran.stderr.trim() || 'no files'));
    }
    for (const file of files) {
      screen.line('');
      screen.line(screen.good(file.slice(out.length)));
      for (const line of readFileSync(file, 'utf8').trimEnd().split('\n')) screen.line(`  ${line}`);
    }
  }
  return failures;
}

function filesBelow(directory: string): readonly string[] {
  return readdirSync(directory)
    .sort()
    .map((name) => join(directory, name))
    .flatMap((path) => (statSync(path).isDirectory() ? filesBelow(path) : [path]));
}
