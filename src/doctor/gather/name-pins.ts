import { parseMac } from '../../model/mac.ts';
import { ok, type Result } from '../../model/problem.ts';
import type { Files } from '../../ports/files.ts';
import type { NamePin } from '../findings.ts';

const directory = '/etc/udev/rules.d';

/**
 * Rules that tie a name to a MAC: 70-persistent-net.rules of older systems and of multi-nic-util, and
 * 85-persistent-net-cloud-init.rules. Errors: `file-unreadable`.
 */
export async function readNamePins(
  files: Pick<Files, 'list' | 'readText'>,
): Promise<Result<readonly NamePin[]>> {
  const entries = await files.list(directory);
  if (!entries.ok) return entries;
  const pins: NamePin[] = [];
  for (const { name } of entries.value ?? []) {
    // A generator is a rule that writes such files and names nothing itself.
    if (!/persistent-net.*\.rules$/.test(name) || name.includes('generator')) continue;
    const path = `${directory}/${name}`;
    const text = await files.readText(path);
    if (!text.ok) return text;
    pins.push(...parseNamePins(text.value ?? '', path));
  }
  return ok(pins);
}

/** `SUBSYSTEM=="net", …, ATTR{address}=="00:16:3e:…", …, NAME="eth1"`; a backslash joins lines (udev(7)). */
export function parseNamePins(text: string, path: string): readonly NamePin[] {
  const lines = text.replace(/\\\n/g, ' ').split('\n');
  return lines.flatMap((line): NamePin[] => {
    if (line.trim().startsWith('#')) return [];
    const address = /(?:ATTRS?|SYSFS)\{address\}=="([^"]*)"/.exec(line)?.[1];
    const name = /\bNAME:?="([^"]+)"/.exec(line)?.[1];
    const mac = parseMac(address ?? '', path);
    return mac.ok && name !== undefined ? [{ path, mac: mac.value, name }] : [];
  });
}
