import { fail, ok, type Result } from '../../model/problem.ts';
import type { Exec, ExecOutput } from '../../ports/exec.ts';
import type { DirectoryEntry, Files } from '../../ports/files.ts';

/** What a made-up machine holds: a text, a link, a file nobody may read. A path that ends in `/` is an empty directory. */
export type Tree = Readonly<
  Record<string, string | { readonly link: string } | { readonly unreadable: true }>
>;

/** Answers of programs, by their whole command line; a text is its output with exit 0. */
export type Answers = Readonly<Record<string, string | Result<ExecOutput>>>;

/** A file system for tests that only read. */
export function filesOf(tree: Tree): Files {
  const node = (path: string) => tree[path];
  const below = (directory: string): readonly string[] =>
    Object.keys(tree).filter((path) => path.startsWith(`${directory.replace(/\/$/, '')}/`));
  const refuse = () => {
    throw new Error('a probe must not write');
  };
  const readText = (path: string): Result<string | null> => {
    const found = node(path);
    if (found === undefined || typeof found === 'string') return ok(found ?? null);
    return 'link' in found ? ok(null) : fail('file-unreadable', path, 'permission denied');
  };
  const list = (directory: string): Result<readonly DirectoryEntry[] | null> => {
    if (typeof node(directory) === 'object') return fail('file-unreadable', directory, 'permission denied');
    const inside = below(directory);
    if (inside.length === 0) return ok(null);
    const names = inside
      .map((path) => path.slice(directory.length + 1).split('/')[0] ?? '')
      .filter((name) => name !== '');
    const kind = (name: string): DirectoryEntry['kind'] =>
      below(`${directory}/${name}`).length > 0 ? 'directory' : 'file';
    return ok([...new Set(names)].sort().map((name) => ({ name, kind: kind(name) })));
  };
  const kindOf = (path: string): DirectoryEntry['kind'] | null => {
    if (node(path) !== undefined) return 'file';
    return below(path).length > 0 ? 'directory' : null;
  };
  const linkTarget = (path: string): string | null => {
    const found = node(path);
    return typeof found === 'object' && 'link' in found ? found.link : null;
  };
  return {
    read: () => refuse(),
    readText: (path) => Promise.resolve(readText(path)),
    list: (directory) => Promise.resolve(list(directory)),
    kind: (path) => Promise.resolve(ok(kindOf(path))),
    owners: () => Promise.resolve(ok([])),
    linkTarget: (path) => Promise.resolve(ok(linkTarget(path))),
    write: () => refuse(),
    create: () => refuse(),
    append: () => refuse(),
    poke: () => refuse(),
    remove: () => refuse(),
    rename: () => refuse(),
    makeDirectory: () => refuse(),
    removeTree: () => refuse(),
    drain: () => refuse(),
    watchEntries: () => refuse(),
    watch: () => refuse(),
  };
}

/** Programs for tests: those not listed are not installed; `asked` keeps what was run. */
export function execOf(answers: Answers, asked: string[] = []): Exec {
  const stay = () => {
    throw new Error('a probe does not stay');
  };
  const run = (line: string): Result<ExecOutput> => {
    asked.push(line);
    const answer = answers[line];
    if (answer === undefined) return fail('command-missing', line, 'no such program');
    return typeof answer === 'string' ? ok({ exitCode: 0, stdout: answer, stderr: '' }) : answer;
  };
  return { run: (argv) => Promise.resolve(run(argv.join(' '))), follow: stay, detach: stay, signal: stay };
}
