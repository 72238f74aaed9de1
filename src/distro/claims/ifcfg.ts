import { mapFact } from '../facts.ts';
import { sameMac } from '../nic-pattern.ts';
import { parseAssignments } from '../os-release.ts';
import { type FileFinder, isBackup, readDirectory } from './personal.ts';

/** Red Hat's ifcfg files, read by network-scripts and by NetworkManager: for a NIC by HWADDR, DEVICE or file name. */
export const findIfcfg: FileFinder = async (files) => {
  const wanted = (name: string) => name.startsWith('ifcfg-') && name !== 'ifcfg-lo' && !isBackup(name);
  const found = await readDirectory(files, '/etc/sysconfig/network-scripts', wanted);
  return mapFact(found, (list) =>
    list.map(({ path, name, text }) => {
      const keys = parseAssignments(text);
      const devices = [keys.get('DEVICE') ?? '', name.slice('ifcfg-'.length)].map(withoutAlias);
      const names = (link: { readonly name: string; readonly mac: string | null }) =>
        devices.includes(link.name) || sameMac(keys.get('HWADDR') ?? '', link.mac);
      return { path, text, names };
    }),
  );
};

/** SUSE's ifcfg files: for a NIC by the file's name, or by the MAC in it (`ifcfg-eth-id-00:16:3e:…`). */
export const findSuseIfcfg: FileFinder = async (files) => {
  const wanted = (name: string) => name.startsWith('ifcfg-') && name !== 'ifcfg-lo' && !isBackup(name);
  const found = await readDirectory(files, '/etc/sysconfig/network', wanted);
  return mapFact(found, (list) =>
    list.map(({ path, name, text }) => {
      const device = name.slice('ifcfg-'.length);
      const id = /-id-(.+)$/.exec(device)?.[1] ?? '';
      return { path, text, names: (link) => link.name === device || sameMac(id, link.mac) };
    }),
  );
};

/** wicked's own XML, which outranks ifcfg files. */
export const findWickedXml: FileFinder = async (files) => {
  const found = await readDirectory(files, '/etc/wicked/ifconfig', (name) => name.endsWith('.xml'));
  return mapFact(found, (list) =>
    list.map(({ path, text }) => {
      const named = [...text.matchAll(/<name>\s*([^<\s]+)\s*<\/name>/g)].map((match) => match[1]);
      return { path, text, names: (link) => named.includes(link.name) };
    }),
  );
};

function withoutAlias(device: string): string {
  return device.replace(/:.*$/, '');
}
