import { readdirSync } from 'node:fs';

/** The kernel that every guest runs: Debian's cloud kernel, as it is installed on the host. */
export interface Kernel {
  readonly release: string;
  readonly image: string;
  readonly initrd: string;
}

/** The newest cloud kernel of the host; throws when none is installed. */
export function hostKernel(): Kernel {
  const newest = readdirSync('/boot')
    .filter((name) => /^vmlinuz-.*cloud/.test(name))
    .sort((one, other) => one.localeCompare(other, 'en', { numeric: true }))
    .at(-1);
  if (newest === undefined) throw new Error('no cloud kernel: apt-get install linux-image-cloud-amd64');
  const version = newest.slice('vmlinuz-'.length);
  return { release: version, image: `/boot/${newest}`, initrd: `/boot/initrd.img-${version}` };
}
