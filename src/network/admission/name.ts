import type { Refusal } from '../../model/desired.ts';

/** The directories of /proc/sys/net/ipv4/conf that stand for all links and for new ones; and the loopback link. */
const reserved = new Set(['all', 'default', 'lo']);

/** What every format here can say in a file, in the file's name, and on a command line. */
const writable = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,14}$/;

/** Ends of names that the readers of ifcfg files take for a backup's (`ifcfg-eth1.bak`), and pass over. */
const backup = /\.(bak|old|orig|rpmnew|rpmorig|rpmsave|tmp|swp)$/;

/** Why a NIC cannot be configured under the name of its link; null where it can. */
export function nameRefusal(name: string): Refusal | null {
  const refused = (detail: string): Refusal => ({ reason: 'name-refused', detail });
  if (reserved.has(name)) return refused(`"${name}" is no name of a NIC`);
  if (!writable.test(name))
    return refused(`its name "${shown(name)}" cannot be written into a network configuration`);
  return backup.test(name) ? refused(`files of "${name}" are taken for backups and not read`) : null;
}

/** A name as a terminal may show it: what is no printable ASCII as `\u{…}`. */
export function shown(name: string): string {
  return [...name]
    .map((one) => (/[\x20-\x7e]/.test(one) ? one : `\\u{${(one.codePointAt(0) ?? 0).toString(16)}}`))
    .join('');
}
