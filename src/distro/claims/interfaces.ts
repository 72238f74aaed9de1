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
      names: (link) =>
        stanzas.some(({ name }) => {
          const mac = /^\/mac\/(.+)$/.exec(name)?.[1];
          return mac === undefined ? name.replace(/:.*$/, '') === link.name : sameMac(mac, link.mac);
        }),
    })),
  );
};
