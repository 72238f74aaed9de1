import { fail, ok, type Result } from '../model/problem.ts';
import { type DirectoryEntry, type FileContent, type Files, temporaryPrefix } from '../ports/files.ts';

/** A file system in memory, for tests: what `Files` promises, and nothing kept but these two. */
export interface Memory {
  readonly contents: Map<string, FileContent>;
  readonly directories: Map<string, number>;
}

export function emptyMemory(): Memory {
  return { contents: new Map(), directories: new Map([['/', 0o755]]) };
}

export function copyMemory(memory: Memory): Memory {
  return { contents: new Map(memory.contents), directories: new Map(memory.directories) };
}

/** Everything below the directories named, as text that compares: bytes, modes, owners, and empty directories too. */
export function treeOf(memory: Memory, below: readonly string[]): Readonly<Record<string, string>> {
  const within = (path: string): boolean => below.some((top) => path === top || path.startsWith(`${top}/`));
  const files = [...memory.contents].map(([path, { bytes, mode, uid, gid }]): [string, string] => [
    path,
    `${mode.toString(8)} ${uid}:${gid} ${Buffer.from(bytes).toString('hex')}`,
  ]);
  const directories = [...memory.directories].map(([path, mode]): [string, string] => [
    path,
    `${mode.toString(8)} directory`,
  ]);
  return Object.fromEntries([...files, ...directories].filter(([path]) => within(path)).sort());
}

export function memoryFiles(memory: Memory): Files {
  const { contents, directories } = memory;
  const kindOf = (path: string): DirectoryEntry['kind'] | null =>
    directories.has(path) ? 'directory' : contents.has(path) ? 'file' : null;
  const makeDirectories = (path: string, mode: number): void => {
    if (directories.has(path)) return;
    makeDirectories(above(path), mode);
    directories.set(path, mode);
  };
  const put = (
    path: string,
    bytes: Uint8Array,
    attributes: { mode: number; uid?: number; gid?: number },
  ): Result<void> => {
    if (directories.has(path)) return fail('file-unwritable', path, 'EISDIR');
    makeDirectories(above(path), path.startsWith('/var/lib/enid/') ? 0o700 : 0o755);
    contents.set(path, { bytes, mode: attributes.mode, uid: attributes.uid ?? 0, gid: attributes.gid ?? 0 });
    return ok(undefined);
  };
  const childrenOf = (path: string): readonly string[] =>
    [...contents.keys(), ...directories.keys()]
      .filter((child) => child !== '/' && above(child) === path)
      .sort();
  const removeOne = (path: string): Result<void> => {
    if (directories.has(path) && childrenOf(path).length > 0)
      return fail('file-unwritable', path, 'ENOTEMPTY');
    contents.delete(path);
    directories.delete(path);
    return ok(undefined);
  };
  const unused = (): never => {
    throw new Error('not part of a transaction');
  };
  return {
    read: (path) => Promise.resolve(ok(contents.get(path) ?? null)),
    readText: (path) => {
      const found = contents.get(path);
      return Promise.resolve(ok(found === undefined ? null : Buffer.from(found.bytes).toString()));
    },
    list: (path) =>
      Promise.resolve(
        ok(
          directories.has(path)
            ? childrenOf(path).map((child) => ({
                name: child.slice(child.lastIndexOf('/') + 1),
                kind: kindOf(child) ?? 'other',
              }))
            : null,
        ),
      ),
    kind: (path) => Promise.resolve(ok(kindOf(path))),
    owners: (path) => {
      const found = contents.get(path);
      return Promise.resolve(
        ok(found === undefined ? null : [{ path, ...found, runner: { uid: 0, gid: 0 } }]),
      );
    },
    linkTarget: () => Promise.resolve(ok(null)),
    write: (path, bytes, attributes) => Promise.resolve(put(path, Buffer.from(bytes), attributes)),
    create: (path, text, mode) => {
      if (kindOf(path) !== null) return Promise.resolve(ok(false));
      const made = put(path, Buffer.from(text), { mode });
      return Promise.resolve(made.ok ? ok(true) : made);
    },
    append: (path, text) => {
      const before = contents.get(path);
      const bytes = Buffer.concat([before?.bytes ?? Buffer.alloc(0), Buffer.from(text)]);
      return Promise.resolve(put(path, bytes, before ?? { mode: 0o600 }));
    },
    poke: unused,
    remove: (path) => Promise.resolve(removeOne(path)),
    rename: (from, to) => {
      for (const path of [...contents.keys()]) {
        const found = contents.get(path);
        if (found === undefined || (path !== from && !path.startsWith(`${from}/`))) continue;
        contents.delete(path);
        put(to + path.slice(from.length), found.bytes, found);
      }
      for (const path of [...directories.keys()])
        if (path === from || path.startsWith(`${from}/`)) directories.delete(path);
      return Promise.resolve(ok(undefined));
    },
    makeDirectory: (path, mode) => {
      makeDirectories(path, mode);
      return Promise.resolve(ok(undefined));
    },
    removeTree: (path) => {
      for (const map of [contents, directories]) {
        for (const key of [...map.keys()]) if (key === path || key.startsWith(`${path}/`)) map.delete(key);
      }
      return Promise.resolve(ok(undefined));
    },
    drain: unused,
    watch: unused,
    watchEntries: unused,
  };
}

function above(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/';
}

/** How the power fails at an operation: before it, half way (as a real disk would show it), or right after it. */
export type Fate = 'before' | 'torn' | 'after';

export class PowerCut extends Error {}

/** The same files, until the `count`-th operation that changes something. Also counts them. */
export function cutAt(
  files: Files,
  count: number,
  fate: Fate,
): { readonly files: Files; readonly operations: () => number } {
  let operations = 0;
  const guard = async <T>(torn: () => Promise<unknown>, whole: () => Promise<T>): Promise<T> => {
    operations += 1;
    if (operations < count) return whole();
    if (operations === count && fate === 'torn') await torn();
    if (operations === count && fate === 'after') await whole();
    throw new PowerCut();
  };
  const halfWritten = (path: string, text: string): Promise<unknown> =>
    files.write(path.replace(/[^/]*$/, `${temporaryPrefix}x.1.1`), text.slice(0, text.length / 2), {
      mode: 0o600,
    });
  const halfRemoved = async (path: string): Promise<void> => {
    const entries = await files.list(path);
    const first = (entries.ok ? (entries.value ?? []) : []).find((entry) => entry.kind === 'file');
    if (first !== undefined) await files.remove(`${path}/${first.name}`);
  };
  return {
    operations: () => operations,
    files: {
      ...files,
      write: (path, bytes, attributes) =>
        guard(
          () => halfWritten(path, Buffer.from(bytes).toString()),
          () => files.write(path, bytes, attributes),
        ),
      append: (path, text) =>
        guard(
          () => files.append(path, text.slice(0, text.length / 2)),
          () => files.append(path, text),
        ),
      remove: (path) =>
        guard(
          () => Promise.resolve(),
          () => files.remove(path),
        ),
      rename: (from, to) =>
        guard(
          () => Promise.resolve(),
          () => files.rename(from, to),
        ),
      removeTree: (path) =>
        guard(
          () => halfRemoved(path),
          () => files.removeTree(path),
        ),
    },
  };
}
