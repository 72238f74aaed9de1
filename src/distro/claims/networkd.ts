import { globMatches, isGlob } from '../../model/glob.ts';
import type { Link } from '../../model/kernel.ts';
import { mapFact } from '../facts.ts';
import { sameMac } from '../nic-pattern.ts';
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
  const values = (...keys: readonly string[]) => keys.flatMap((key) => valuesOf(sections, ['Match'], key));
  const words = (list: readonly string[]) =>
    list.flatMap((value) => value.split(/\s+/).filter((one) => one !== ''));
  // A value that begins with `!` names what the file is not for (systemd.network(5)).
  const named = values('Name');
  const excluded = named.filter((value) => value.startsWith('!')).map((value) => value.slice(1));
  return {
    sections,
    macs: words(values('MACAddress', 'PermanentMACAddress')),
    names: words(named.filter((value) => !value.startsWith('!'))),
    excluded: words(excluded),
  };
}

function fits(text: string, link: Link): boolean {
  const { macs, names, excluded } = readMatch(text);
  if (excluded.some((name) => globMatches(name, link.name))) return false;
  const byMac = macs.some((mac) => sameMac(mac, link.mac));
  const byName = names.some((name) => globMatches(name, link.name));
  if ((macs.length > 0 && !byMac) || (names.length > 0 && !byName)) return false;
  return byMac || names.some((name) => !isGlob(name) && name === link.name);
}
