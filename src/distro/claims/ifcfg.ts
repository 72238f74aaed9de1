import type { Link } from '../../model/kernel.ts';
import { mapFact } from '../facts.ts';
import { sameMac } from '../nic-pattern.ts';
import { parseAssignments } from '../os-release.ts';
import { type FileFinder, isBackup, readDirectory } from './personal.ts';

type Nic = Pick<Link, 'name' | 'mac'>;

/**
 * Red Hat's ifcfg files, read by network-scripts and by NetworkManager: for a NIC by HWADDR; without one by DEVICE or the file's name. With
 * another MAC than HWADDR both leave the NIC alone (network-scripts: `Device eth1 has different MAC address than expected, ignoring`).
 */
export const findIfcfg: FileFinder = async (files) => {
  const wanted = (name: string) => name.startsWith('ifcfg-') && name !== 'ifcfg-lo' && !isBackup(name);
  const found = await readDirectory(files, '/etc/sysconfig/network-scripts', wanted);
  return mapFact(found, (list) =>
    list.map(({ path, name, text }) => {
      const keys = parseAssignments(text);
      const mac = keys.get('HWADDR') ?? '';
      const devices = [keys.get('DEVICE') ?? '', name.slice('ifcfg-'.length)].map(withoutAlias);
      const names = (link: Nic) => (mac === '' ? devices.includes(link.name) : sameMac(mac, link.mac));
      // A bond, team or bridge loses its member with the file.
      const device = withoutAlias(keys.get('DEVICE') ?? name.slice('ifcfg-'.length));
      const isMember = ['MASTER', 'TEAM_MASTER', 'BRIDGE', 'OVS_BRIDGE'].some((key) => keys.has(key));
      const isOnlyFor = (link: Nic) => !isMember && (mac !== '' || device === link.name);
      return { path, text, names, isOnlyFor, ...(mac === '' ? {} : { byMac: mac }) };
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
      const named = valuesIn(text, 'name');
      const macs = valuesIn(text, 'permanent-address');
      const isFor = (link: Nic) => named.includes(link.name) || macs.some((mac) => sameMac(mac, link.mac));
      const isOnlyFor = (link: Nic) =>
        named.every((name) => name === link.name) && macs.every((mac) => sameMac(mac, link.mac));
      return { path, text, names: isFor, isOnlyFor };
    }),
  );
};

/** What stands in elements of a name; wicked names a NIC by `<name>`, or by the `<permanent-address>` within. */
function valuesIn(text: string, element: string): readonly string[] {
  const pattern = new RegExp(`<${element}>\\s*([^<\\s]+)\\s*</${element}>`, 'g');
  return [...text.matchAll(pattern)].map((match) => match[1] ?? '');
}

function withoutAlias(device: string): string {
  return device.replace(/:.*$/, '');
}
