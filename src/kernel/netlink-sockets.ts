import type { Files } from '../ports/files.ts';

/** Multicast groups of links and addresses (linux/rtnetlink.h: RTNLGRP_LINK, _IPV4_IFADDR, _IPV6_IFADDR), as the mask of /proc/net/netlink. */
const linksAndAddresses = 0x1 | 0x10 | 0x100;
/** NETLINK_ROUTE, in the column `Eth`. */
const routeProtocol = '0';

/**
 * True when a socket of this process receives the kernel's changes of links and addresses: whatever changes from now on is
 * an event. Null: the kernel does not say (no /proc/net/netlink, or one without inodes: before Linux 2.6.37, or the
 * process has ended).
 */
export async function receivesKernelEvents(
  files: Pick<Files, 'readText' | 'list' | 'linkTarget'>,
  pid: number,
): Promise<boolean | null> {
  const table = await files.readText('/proc/net/netlink');
  const inodes = table.ok && table.value !== null ? subscribers(table.value) : null;
  if (inodes === null) return null;
  const directory = `/proc/${pid}/fd`;
  const descriptors = await files.list(directory);
  if (!descriptors.ok || descriptors.value === null) return null;
  for (const { name } of descriptors.value) {
    const target = await files.linkTarget(`${directory}/${name}`);
    const inode =
      target.ok && target.value !== null ? /socket:\[(\d+)\]$/.exec(target.value)?.[1] : undefined;
    if (inode !== undefined && inodes.has(inode)) return true;
  }
  return false;
}

/** The inodes of the sockets that are members of these groups; null where the table has no inodes. */
export function subscribers(table: string): ReadonlySet<string> | null {
  const [header = '', ...rows] = table.trim().split('\n');
  const columns = header.trim().split(/\s+/);
  const [protocol, groups, inode] = ['Eth', 'Groups', 'Inode'].map((name) => columns.indexOf(name));
  if (protocol === undefined || groups === undefined || inode === undefined) return null;
  if (protocol < 0 || groups < 0 || inode < 0) return null;
  const cells = rows.map((row) => row.trim().split(/\s+/));
  const members = cells.filter(
    (row) =>
      row[protocol] === routeProtocol &&
      (Number.parseInt(row[groups] ?? '0', 16) & linksAndAddresses) === linksAndAddresses,
  );
  return new Set(members.flatMap((row) => row[inode] ?? []));
}
