import type { Link } from '../../model/kernel.ts';
import { mapFact } from '../facts.ts';
import { isPattern, matchesPattern, sameMac } from '../nic-pattern.ts';
import { parseSections, valuesOf } from '../sections.ts';
import { type FileFinder, readDirectory } from './personal.ts';

/** systemd-networkd's .network files: every key of [Match] must fit, and one of them by an exact name or a MAC. */
export const findNetworkFiles: FileFinder = async (files) => {
  const found = await readDirectory(files, '/etc/systemd/network', (name) => name.endsWith('.network'));
  return mapFact(found, (list) =>
    list.map(({ path, text }) => ({
      path,
      text,
      names: (link) => fits(text, link),
      isOnlyFor: () => isForOne(text),
    })),
  );
};

/** Keys of [Network] by which other devices hang on this one, or it is a member of another. */
const ties = ['Bond', 'Bridge', 'VRF', 'VLAN', 'MACVLAN', 'MACVTAP', 'IPVLAN', 'IPVTAP', 'VXLAN', 'Tunnel'];

function isForOne(text: string): boolean {
  const { sections, macs, names } = readMatch(text);
  const isTied = ties.some((key) => valuesOf(sections, ['Network'], key).length > 0);
  return !isTied && (macs.length > 0 ? macs.length === 1 : names.length === 1);
}

function readMatch(text: string) {
  const sections = parseSections(text);
  const words = (...keys: readonly string[]) =>
    keys
      .flatMap((key) => valuesOf(sections, ['Match'], key))
      .flatMap((value) => value.split(/\s+/).filter((one) => one !== ''));
  return { sections, macs: words('MACAddress', 'PermanentMACAddress'), names: words('Name') };
}

function fits(text: string, link: Link): boolean {
  const { macs, names } = readMatch(text);
  const byMac = macs.some((mac) => sameMac(mac, link.mac));
  const byName = names.some((name) => matchesPattern(name, link.name));
  if ((macs.length > 0 && !byMac) || (names.length > 0 && !byName)) return false;
  return byMac || names.some((name) => !isPattern(name) && name === link.name);
}
