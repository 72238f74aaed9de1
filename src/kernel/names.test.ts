import { describe, expect, it } from 'vitest';
import { fail, ok } from '../model/problem.ts';
import { parseNames, protocolName, readNames, tableNumber } from './names.ts';

const tree: Readonly<Record<string, string>> = {
  '/usr/share/iproute2/rt_tables': '255\tlocal\n254\tmain\n7 shared\n',
  '/etc/iproute2/rt_tables': '# own\n0x12 hexed # twelve\n300\tinternet\n#1\tinr.ruhep\n7 seven\n',
  '/etc/iproute2/rt_tables.d/vpn.conf': '400 vpn\n',
  '/etc/iproute2/rt_tables.d/vpn.txt': '401 ignored\n',
  '/etc/iproute2/rt_protos': '16 dhcp\n42\tbabel\n',
};

const files = {
  readText: (path: string) => Promise.resolve(ok(tree[path] ?? null)),
  list: (directory: string) =>
    Promise.resolve(
      ok(
        Object.keys(tree)
          .filter((path) => path.startsWith(`${directory}/`))
          .map((path) => ({ name: path.slice(directory.length + 1), kind: 'file' as const })),
      ),
    ),
};

describe('names of tables and protocols', () => {
  it('come from every place of iproute2, with what is built in', async () => {
    const names = await readNames(files);
    if (!names.ok) throw new Error(names.problem.message);
    const numbers = ['main', 'internet', 'hexed', 'vpn', 'seven', '21001', 'ignored', 'inr.ruhep'].map(
      (word) => tableNumber(word, names.value),
    );
    expect(numbers).toEqual([254, 300, 0x12, 400, 7, 21001, undefined, undefined]);
  });

  it('give one spelling to a protocol', async () => {
    const names = await readNames(files);
    if (!names.ok) throw new Error(names.problem.message);
    const spelled = ['dhcp', '16', '9', 'babel', '210', 'stranger', 'none'].map((word) =>
      protocolName(word, names.value),
    );
    expect(spelled).toEqual(['dhcp', 'dhcp', 'ra', '42', '210', 'stranger', 'unspec']);
  });

  it('pass on what could not be read', async () => {
    const broken = { ...files, readText: () => Promise.resolve(fail('file-unreadable', '/etc', 'no')) };
    expect(await readNames(broken)).toMatchObject({ ok: false, problem: { code: 'file-unreadable' } });
  });

  it('pass over lines that are no names', () => {
    expect(parseNames('x y\n5\n6 six seven\n')).toEqual([['six', 6]]);
  });
});
