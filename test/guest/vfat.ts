import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryDirectory } from '../lab/cleanup.ts';
import { labEnvironment } from '../lab/run.ts';

/**
 * A FAT file system of 64 MiB with this label and these files in one directory: the other form of a config drive that nova
 * makes (nova.conf: `config_drive_format = vfat`). Needs dosfstools and mtools.
 */
export function vfatImage(label: string, directory: string, files: Readonly<Record<string, string>>): Buffer {
  const image = join(temporaryDirectory(), 'vfat.img');
  make(['mkfs.vfat', '-n', label, '-C', image, '65536']);
  const parts = directory.split('/');
  for (const [index] of parts.entries())
    make(['mmd', '-i', image, `::/${parts.slice(0, index + 1).join('/')}`]);
  for (const [name, text] of Object.entries(files))
    make(['mcopy', '-i', image, '-', `::/${directory}/${name}`], text);
  return readFileSync(image);
}

function make([program = '', ...rest]: readonly string[], input = ''): void {
  const { status, error, stderr } = spawnSync(program, rest, { env: labEnvironment(), input });
  if (status !== 0) throw new Error(`${program} ${rest.join(' ')}: ${error?.message ?? stderr}`);
}
