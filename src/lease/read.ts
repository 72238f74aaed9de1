import type { Link } from '../model/kernel.ts';
import type { Lease } from '../model/lease.ts';
import type { Mac } from '../model/mac.ts';
import type { Files } from '../ports/files.ts';
import { dhclient } from './dhclient.ts';
import { dhcpcd } from './dhcpcd.ts';
import { networkd } from './networkd.ts';
import { networkManager } from './networkmanager.ts';
import type { LeaseSource } from './source.ts';
import { wicked } from './wicked.ts';

const sources: readonly LeaseSource[] = [dhclient, dhcpcd, networkd, networkManager, wicked];

/** Leases by the MAC of the NIC they were given to. */
export type Leases = ReadonlyMap<Mac, readonly Lease[]>;

/**
 * What any DHCP client wrote down for these links. A file may be old, or a former NIC's of the same name: whether its
 * lease holds is for the kernel to say. What cannot be read says nothing; there is no error.
 */
export async function readLeases(
  files: Pick<Files, 'list' | 'read'>,
  links: readonly Pick<Link, 'name' | 'index' | 'mac'>[],
): Promise<Leases> {
  if (links.length === 0) return new Map();
  const found = new Map<Mac, Lease[]>();
  for (const source of sources) {
    for (const directory of source.directories) {
      const entries = await files.list(directory);
      for (const { name } of entries.ok ? (entries.value ?? []) : []) {
        const link = links.find((candidate) => source.isOf(name, candidate));
        if (link === undefined || link.mac === null) continue;
        const lease = await readLease(files, source, `${directory}/${name}`, link);
        if (lease === null || (lease.mac !== null && lease.mac !== link.mac)) continue;
        found.set(link.mac, [...(found.get(link.mac) ?? []), lease]);
      }
    }
  }
  return found;
}

async function readLease(
  files: Pick<Files, 'read'>,
  source: LeaseSource,
  path: string,
  link: Pick<Link, 'name'>,
): Promise<Lease | null> {
  const content = await files.read(path);
  return content.ok && content.value !== null ? source.parse(content.value.bytes, link) : null;
}
