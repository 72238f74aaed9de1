import { isGlob } from '../../model/glob.ts';
import type { Link } from '../../model/kernel.ts';
import { mapFact } from '../facts.ts';
import { sameMac } from '../nic-pattern.ts';
import { parseSections, type Section, valuesOf } from '../sections.ts';
import { type FileFinder, readDirectory } from './personal.ts';

/** NetworkManager's profiles on disk. One without name and MAC fits every NIC and so is for none in particular. */
export const findKeyfiles: FileFinder = async (files) => {
  const wanted = (name: string) => !name.startsWith('.') && !name.endsWith('~') && !name.endsWith('.nmmeta');
  const found = await readDirectory(files, '/etc/NetworkManager/system-connections', wanted);
  return mapFact(found, (list) =>
    list.map(({ path, text }) => ({
      path,
      text,
      names: (link) => fits(text, link),
      isOnlyFor: () => isForOne(text),
    })),
  );
};

/** A profile is for one NIC unless it lists several, or is the port of a bond or bridge. */
function isForOne(text: string): boolean {
  const sections = parseSections(text);
  const port = ['master', 'controller', 'slave-type', 'port-type'];
  const isPort = port.some((key) => valuesOf(sections, ['connection'], key).length > 0);
  const own = [
    ...valuesOf(sections, ['ethernet', '802-3-ethernet'], 'mac-address'),
    ...valuesOf(sections, ['connection'], 'interface-name'),
  ];
  return !isPort && (own.length > 0 || matchedNames(sections).length === 1);
}

function matchedNames(sections: readonly Section[]): readonly string[] {
  const values = valuesOf(sections, ['match'], 'interface-name');
  const words = values.flatMap((value) => value.split(/[;,\s]+/)).filter((name) => name !== '');
  // `|` and `&` say how the list is joined, `!` what the profile is not for (nm-settings(5)).
  return words.filter((word) => !/^[|&]?!/.test(word)).map((word) => word.replace(/^[|&]/, ''));
}

function fits(text: string, link: Link): boolean {
  const sections = parseSections(text);
  const mac = valuesOf(sections, ['ethernet', '802-3-ethernet'], 'mac-address')[0] ?? '';
  if (mac !== '') return sameMac(mac, link.mac);
  const name = valuesOf(sections, ['connection'], 'interface-name')[0] ?? '';
  if (name !== '') return name === link.name;
  return matchedNames(sections).some((pattern) => !isGlob(pattern) && pattern === link.name);
}
