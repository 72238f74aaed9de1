/** Bytes of a logical sector (ECMA-119, 6.1.2). */
const sector = 2048;
/** Sectors: the system area is sixteen, then the two descriptors and the two path tables. */
const firstDirectory = 20;

/** A tree of an image: directories and the texts of files, named in upper case as the standard has them. */
export interface Tree {
  readonly [name: string]: string | Tree;
}

interface Place {
  readonly name: string;
  readonly sector: number;
  readonly size: number;
  readonly isDirectory: boolean;
}

/**
 * An ISO 9660 image (ECMA-119) with this label, every directory in one sector: what a config drive is, as far as the kernel
 * and udev can tell. The kernel shows the names in lower case. The path tables are empty: Linux reads none.
 */
export function isoImage(label: string, tree: Tree): Buffer {
  const sectors: Buffer[] = [];
  const root = place(tree, 'ROOT', null, sectors);
  const size = firstDirectory + sectors.length;
  const head = Buffer.alloc(firstDirectory * sector);
  primaryDescriptor(label, root, size).copy(head, 16 * sector);
  Buffer.from([255, ...Buffer.from('CD001'), 1]).copy(head, 17 * sector);
  return Buffer.concat([head, ...sectors]);
}

function primaryDescriptor(label: string, root: Place, size: number): Buffer {
  const bytes = Buffer.alloc(sector);
  Buffer.from([1, ...Buffer.from('CD001'), 1]).copy(bytes);
  bytes.write(' '.repeat(32), 8);
  bytes.write(label.padEnd(32), 40);
  both32(size).copy(bytes, 80);
  both16(1).copy(bytes, 120);
  both16(1).copy(bytes, 124);
  both16(sector).copy(bytes, 128);
  bytes.writeUInt32LE(18, 140);
  bytes.writeUInt32BE(19, 148);
  record('\0', root).copy(bytes, 156);
  bytes.write(' '.repeat(623), 190);
  bytes[881] = 1;
  return bytes;
}

/** Puts a directory and all below it behind what is there; its own sector comes first. */
function place(tree: Tree, name: string, parent: Place | null, sectors: Buffer[]): Place {
  const own: Place = { name, sector: firstDirectory + sectors.length, size: sector, isDirectory: true };
  const bytes = Buffer.alloc(sector);
  sectors.push(bytes);
  const entries = Object.entries(tree).map(([key, value]) =>
    typeof value === 'string' ? placeFile(key, value, sectors) : place(value, key, own, sectors),
  );
  const dots = [record('\0', own), record('\u0001', parent ?? own)];
  Buffer.concat([...dots, ...entries.map((entry) => record(entry.name, entry))]).copy(bytes);
  return own;
}

function placeFile(name: string, text: string, sectors: Buffer[]): Place {
  const content = Buffer.from(text);
  const begin = firstDirectory + sectors.length;
  for (let offset = 0; offset < content.length; offset += sector) {
    const bytes = Buffer.alloc(sector);
    content.copy(bytes, 0, offset);
    sectors.push(bytes);
  }
  return { name: `${name};1`, sector: begin, size: content.length, isDirectory: false };
}

/** A directory record (ECMA-119, 9.1). */
function record(name: string, { sector: at, size, isDirectory }: Place): Buffer {
  const bytes = Buffer.alloc(33 + name.length + (name.length % 2 === 0 ? 1 : 0));
  bytes[0] = bytes.length;
  both32(at).copy(bytes, 2);
  both32(size).copy(bytes, 10);
  // The first of January 2025.
  Buffer.from([125, 1, 1, 0, 0, 0, 0]).copy(bytes, 18);
  bytes[25] = isDirectory ? 2 : 0;
  both16(1).copy(bytes, 28);
  bytes[32] = name.length;
  bytes.write(name, 33, 'latin1');
  return bytes;
}

/** In both byte orders, one behind the other. */
function both16(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt16LE(value, 0);
  bytes.writeUInt16BE(value, 2);
  return bytes;
}

function both32(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32LE(value, 0);
  bytes.writeUInt32BE(value, 4);
  return bytes;
}
