import { describe, expect, it } from 'vitest';
import { ok } from '../model/problem.ts';
import { stackOf } from '../render/testing.ts';
import { hiddenFiles } from './hidden-file.ts';
import { kernelOf, linkLines, networkOf, secondary, settled4, settled6, static4 } from './testing.ts';

const kernel = kernelOf(linkLines(2), settled4, settled6);
const network = networkOf(secondary(static4));
const index = kernel.links.find(({ name }) => name === 'eth1')?.index;

function notesWith(record: string | null, stack = stackOf('networkd', { systemd: [252] })) {
  const readText = (path: string) =>
    Promise.resolve(ok(path === `/run/systemd/netif/links/${index}` ? record : null));
  return hiddenFiles({ readText }, kernel, network, stack);
}

describe('hiddenFiles', () => {
  it('names the file that networkd takes before ours', async () => {
    const record =
      '# This is private data\nADMIN_STATE=configured\nNETWORK_FILE=/etc/systemd/network/0-all.network\n';
    const found = await notesWith(record);
    expect(found).toMatchObject({
      ok: true,
      value: [expect.stringContaining('/etc/systemd/network/0-all.network')],
    });
  });

  it.each([
    ['our own file', 'NETWORK_FILE=/etc/systemd/network/0-enid-eth1.network\n'],
    ['one that ours will stand before', 'NETWORK_FILE=/etc/systemd/network/00-all.network\n'],
    ['no record', null],
    ['no file', 'ADMIN_STATE=unmanaged\n'],
  ])('says nothing of %s', async (_what, record) => {
    expect(await notesWith(record)).toEqual(ok([]));
  });

  it('says nothing on another stack', async () => {
    expect(await notesWith('NETWORK_FILE=/etc/systemd/network/0-all.network\n', stackOf('keyfile'))).toEqual(
      ok([]),
    );
  });

  it('knows the name of the file that netplan makes', async () => {
    const netplan = stackOf('netplan', { netplan: [0, 106] });
    const record = 'NETWORK_FILE=/etc/systemd/network/05-all.network\n';
    expect(await notesWith(record, netplan)).toMatchObject({
      value: [expect.stringContaining('10-netplan-0-enid-eth1.network')],
    });
  });
});
