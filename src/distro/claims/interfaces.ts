import type { Link } from '../../model/kernel.ts';
import { mapFact } from '../facts.ts';
import { readInterfaces } from '../interfaces-files.ts';
import { sameMac } from '../nic-pattern.ts';
import type { FileFinder } from './personal.ts';

/** ifupdown's stanzas: for a NIC by its name, an alias of it (`eth1:0`), or a pattern `/mac/…`. */
export const findStanzas: FileFinder = async (files) => {
  const found = await readInterfaces(files);
  return mapFact(found, (list) =>
    (list ?? []).map(({ path, text, stanzas }) => ({
      path,
      text,
      names: (link) => stanzas.some(({ name }) => isFor(name, link)),
      isOnlyFor: (link) => path !== '/etc/network/interfaces' && linesAreFor(text, link),
    })),
  );
};

function isFor(name: string, link: Link): boolean {
  const mac = /^\/mac\/(.+)$/.exec(name)?.[1];
  return mac === undefined ? name.replace(/:.*$/, '') === link.name : sameMac(mac, link.mac);
}

/** Every line that begins something is for this NIC alone, and none of its options ties it to a bond or bridge. */
function linesAreFor(text: string, link: Link): boolean {
  const lines = text.replace(/\\\n/g, ' ').split('\n');
  return lines.every((line) => {
    const [word = '', ...rest] = line.trim().split(/\s+/);
    if (/^(source|source-directory|mapping|rename|template|bond-\w+|bond_\w+|bridge\S*)$/.test(word))
      return false;
    if (word === 'iface') return isFor(rest[0] ?? '', link);
    return !/^(auto|allow-\S+|no-\S+)$/.test(word) || rest.every((name) => isFor(name, link));
  });
}
