import { parseMac } from '../../model/mac.ts';

/** The NICs' records of a tree in the form of `meta-data/all`, by MAC as written; entries of another shape are left for the parser to refuse. */
export function nicRecords(tree: object): readonly (readonly [string, object])[] {
  const macs = child(child(child(tree, 'network'), 'interfaces'), 'macs');
  if (!isPlainObject(macs)) return [];
  return Object.entries(macs).filter(
    (entry): entry is [string, object] => isPlainObject(entry[1]) && parseMac(entry[0], '').ok,
  );
}

/** The same tree with these records in place of its own. */
export function withNicRecords(tree: object, records: ReadonlyMap<string, object>): object {
  const network = child(tree, 'network');
  const interfaces = child(network, 'interfaces');
  const macs = child(interfaces, 'macs');
  if (!isPlainObject(network) || !isPlainObject(interfaces) || !isPlainObject(macs)) return tree;
  const merged = { ...macs, ...Object.fromEntries(records) };
  return { ...tree, network: { ...network, interfaces: { ...interfaces, macs: merged } } };
}

export function isPlainObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function child(value: unknown, name: string): unknown {
  return isPlainObject(value) ? Object.getOwnPropertyDescriptor(value, name)?.value : undefined;
}
