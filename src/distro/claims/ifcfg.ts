import type { Link } from '../../model/kernel.ts';
import { mapFact } from '../facts.ts';
import { sameMac } from '../nic-pattern.ts';
import { parseAssignments } from '../os-release.ts';
import { type FileFinder, isBackup, readDirectory } from './personal.ts';

type Nic = Pick<Link, 'name' | 'mac'>;

/** Red Hat's ifcfg files, read by network-scripts and by NetworkManager: for a NIC by HWADDR, DEVICE or file name. */
export const findIfcfg: FileFinder = async (files) => {
  const wanted = (name: string) => name.startsWith('ifcfg-') && name !== 'ifcfg-lo' && !isBackup(name);
  const found = await readDirectory(files, '/etc/sysconfig/network-scripts', wanted);
  return mapFact(found, (list) =>
    list.map(({ path, name, text }) => {
      const keys = parseAssignments(text);
      const devices = [keys.get('DEVICE') ?? '', name.slice('ifcfg-'.length)].map(withoutAlias);
      const names = (link: Nic) => devices.includes(link.name) || sameMac(keys.get('HWADDR') ?? '', link.mac);
      // HWADDR decides where it is given; a bond, team or bridge loses its member with the file.
      const mac = keys.get('HWADDR') ?? '';
      const device = withoutAlias(keys.get('DEVICE') ?? name.slice('ifcfg-'.length));
      const isMember = ['MASTER', 'TEAM_MASTER', 'BRIDGE', 'OVS_BRIDGE'].some((key) => keys.has(key));
      const isOnlyFor = (link: Nic) =>
        !isMember && (mac === '' ? device === link.name : sameMac(mac, link.mac));
      return { path, text, names, isOnlyFor };
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
      const names = (link: Nic) => link.name === device || sameMac(id, link.mac);
      return { path, text, names, isOnlyFor: () => true };
    }),
  );
};

/** wicked's own XML, which outranks ifcfg files. */
export const findWickedXml: FileFinder = async (files) => {
  const found = await readDirectory(files, '/etc/wicked/ifconfig', (name) => name.endsWith('.xml'));
  return mapFact(found, (list) =>
    list.map(({ path, text }) => {
      const named = [...text.matchAll(/<name>\s*([^<\s]+)\s*<\/name>/g)].map((match) => match[1]);
      const isOnlyFor = (link: Nic) => named.every((name) => name === link.name);
      return { path, text, names: (link) => named.includes(link.name), isOnlyFor };
    }),
  );
};

function withoutAlias(device: string): string {
  return device.replace(/:.*$/, '');
}
