import type { Link } from '../../model/kernel.ts';
import { mapFact } from '../facts.ts';
import { isPattern, sameMac } from '../nic-pattern.ts';
import { parseSections, valuesOf } from '../sections.ts';
import { type FileFinder, readDirectory } from './personal.ts';

/** NetworkManager's profiles on disk. One without name and MAC fits every NIC and so is for none in particular. */
export const findKeyfiles: FileFinder = async (files) => {
  const wanted = (name: string) => !name.startsWith('.') && !name.endsWith('~') && !name.endsWith('.nmmeta');
  const found = await readDirectory(files, '/etc/NetworkManager/system-connections', wanted);
  return mapFact(found, (list) =>
    list.map(({ path, text }) => ({ path, text, names: (link) => fits(text, link) })),
  );
};

function fits(text: string, link: Link): boolean {
  const sections = parseSections(text);
  const mac = valuesOf(sections, ['ethernet', '802-3-ethernet'], 'mac-address')[0] ?? '';
  if (mac !== '') return sameMac(mac, link.mac);
  const name = valuesOf(sections, ['connection'], 'interface-name')[0] ?? '';
  if (name !== '') return name === link.name;
  const matched = valuesOf(sections, ['match'], 'interface-name').flatMap((value) => value.split(/[;,\s]+/));
  return matched.some((pattern) => !isPattern(pattern) && pattern === link.name);
}
