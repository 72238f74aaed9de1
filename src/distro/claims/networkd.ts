import type { Link } from '../../model/kernel.ts';
import { mapFact } from '../facts.ts';
import { isPattern, matchesPattern, sameMac } from '../nic-pattern.ts';
import { parseSections, valuesOf } from '../sections.ts';
import { type FileFinder, readDirectory } from './personal.ts';

/** systemd-networkd's .network files: every key of [Match] must fit, and one of them by an exact name or a MAC. */
export const findNetworkFiles: FileFinder = async (files) => {
  const found = await readDirectory(files, '/etc/systemd/network', (name) => name.endsWith('.network'));
  return mapFact(found, (list) =>
    list.map(({ path, text }) => ({ path, text, names: (link) => fits(text, link) })),
  );
};

function fits(text: string, link: Link): boolean {
  const sections = parseSections(text);
  const words = (...keys: readonly string[]) =>
    keys
      .flatMap((key) => valuesOf(sections, ['Match'], key))
      .flatMap((value) => value.split(/\s+/).filter((one) => one !== ''));
  const macs = words('MACAddress', 'PermanentMACAddress');
  const names = words('Name');
  const byMac = macs.some((mac) => sameMac(mac, link.mac));
  const byName = names.some((name) => matchesPattern(name, link.name));
  if ((macs.length > 0 && !byMac) || (names.length > 0 && !byName)) return false;
  return byMac || names.some((name) => !isPattern(name) && name === link.name);
}
