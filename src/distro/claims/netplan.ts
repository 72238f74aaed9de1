import type { Link } from '../../model/kernel.ts';
import { mapFact } from '../facts.ts';
import { readNetplanFiles } from '../netplan-files.ts';
import { matchesNic, mergeNetplan, type Netdef, type NetplanConfig } from '../netplan-yaml.ts';
import type { FileFinder } from './personal.ts';

/** netplan's files: a definition for exactly this NIC, or one that makes it a member of a bond or bridge. */
export const findNetplan: FileFinder = async (files) => {
  const found = await readNetplanFiles(files);
  return mapFact(found, (list) => {
    const all = list.flatMap((file) => file.config.netdefs);
    return list.map(({ path, text, config }) => {
      const others = list.filter((file) => file.path !== path).map((file) => file.config);
      return {
        path,
        text,
        names: (link) => config.netdefs.some((netdef) => isFor(netdef, link, all)),
        isOnlyFor: (link) =>
          config.netdefs.every((netdef) => isOwn(netdef, link)) && changesNone(config, others),
      };
    });
  });
};

function isOwn(netdef: Netdef, link: Link): boolean {
  const nic = { name: link.name, mac: link.mac, driver: null };
  return netdef.type === 'ethernets' && matchesNic(netdef, nic) === 'exactly';
}

/** The renderer for all NICs is the same without this file; netplan's own default is networkd. */
function changesNone(config: NetplanConfig, others: readonly NetplanConfig[]): boolean {
  const own = config.renderer ?? 'networkd';
  return config.renderer === null || own === (mergeNetplan(others).renderer ?? 'networkd');
}

function isFor(netdef: Netdef, link: Link, all: readonly Netdef[]): boolean {
  const nic = { name: link.name, mac: link.mac, driver: null };
  if (matchesNic(netdef, nic) === 'exactly') return true;
  const ids = all.filter((other) => matchesNic(other, nic) !== 'no').map((other) => other.id);
  return netdef.members.some((member) => member === link.name || ids.includes(member));
}
