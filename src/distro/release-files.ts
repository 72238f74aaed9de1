import { parseAssignments, type Release } from './os-release.ts';

/** A release file of the years before os-release(5), and how to read it; null where it says nothing of use. */
export interface OldReleaseFile {
  readonly path: string;
  parse(text: string): Release | null;
}

/**
 * In the order in which they are asked. Oracle Linux also carries a redhat-release that speaks of Red Hat, and CentOS one
 * that is a link to its own, so the more special name comes first.
 */
export const oldReleaseFiles: readonly OldReleaseFile[] = [
  { path: '/etc/oracle-release', parse: parseRedHatRelease },
  { path: '/etc/centos-release', parse: parseRedHatRelease },
  { path: '/etc/redhat-release', parse: parseRedHatRelease },
  { path: '/etc/system-release', parse: parseRedHatRelease },
  { path: '/etc/SuSE-release', parse: parseSuseRelease },
  { path: '/etc/lsb-release', parse: parseLsbRelease },
  { path: '/etc/debian_version', parse: parseDebianVersion },
];

/** `CentOS release 6.10 (Final)`: a name, the word release, a number, often a code name. */
export function parseRedHatRelease(text: string): Release | null {
  const line = firstLine(text);
  const [, name, version] = /^(.+?)\s+release\s+(\d[\d.]*)/i.exec(line) ?? [];
  if (name === undefined || version === undefined) return null;
  return { id: redHatId(name), version, pretty: line, like: ['rhel'] };
}

/** Three lines: the name, `VERSION = 11`, `PATCHLEVEL = 4` (openSUSE: `CODENAME`). */
export function parseSuseRelease(text: string): Release | null {
  const line = firstLine(text);
  const version = /^VERSION\s*=\s*([\d.]+)/m.exec(text)?.[1];
  if (version === undefined) return null;
  const patch = /^PATCHLEVEL\s*=\s*(\d+)/m.exec(text)?.[1];
  const full = patch === undefined || patch === '0' ? version : `${version}.${patch}`;
  return { id: /opensuse/i.test(line) ? 'opensuse' : 'sles', version: full, pretty: line, like: ['suse'] };
}

/** `DISTRIB_ID=Ubuntu`, `DISTRIB_RELEASE=14.04`. The file of the package lsb-core holds only LSB_VERSION: null. */
export function parseLsbRelease(text: string): Release | null {
  const fields = parseAssignments(text);
  const id = fields.get('DISTRIB_ID') ?? '';
  if (id === '') return null;
  const version = fields.get('DISTRIB_RELEASE') ?? '';
  return { id, version, pretty: fields.get('DISTRIB_DESCRIPTION') ?? `${id} ${version}`, like: [] };
}

/** `8.11`, or `bullseye/sid` where no version is fixed yet. */
export function parseDebianVersion(text: string): Release | null {
  const line = firstLine(text);
  if (line === '') return null;
  const version = /^\d[\d.]*$/.test(line) ? line : '';
  return { id: 'debian', version, pretty: `Debian GNU/Linux ${line}`, like: [] };
}

const redHatNames: readonly (readonly [RegExp, string])[] = [
  [/^red hat/i, 'rhel'],
  [/^centos/i, 'centos'],
  [/^oracle/i, 'ol'],
  [/^(alibaba|aliyun)/i, 'alinux'],
  [/^amazon/i, 'amzn'],
  [/^anolis/i, 'anolis'],
  [/^rocky/i, 'rocky'],
  [/^almalinux/i, 'almalinux'],
  [/^fedora/i, 'fedora'],
  [/^kylin/i, 'kylin'],
];

/** The os-release ID that later releases of the same distribution have; else its first word. */
function redHatId(name: string): string {
  const known = redHatNames.find(([pattern]) => pattern.test(name))?.[1];
  return known ?? name.split(/\s+/)[0] ?? name;
}

function firstLine(text: string): string {
  return (text.split(/\r?\n/)[0] ?? '').trim();
}
