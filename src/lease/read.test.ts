import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import type { Mac } from '../model/mac.ts';
import { emptyMemory, memoryFiles } from '../transaction/testing.ts';
import { readLeases } from './read.ts';

const mac = '00:16:3e:12:16:01' as Mac;
const link = { name: 'eth1', index: 3, mac };
const captured = (name: string) => readFile(new URL(`testdata/${name}`, import.meta.url));

it('is found wherever a client wrote it, and only for the links that are asked for', async () => {
  const files = memoryFiles(emptyMemory());
  for (const [path, name] of [
    ['/var/lib/dhcp/dhclient.eth1.leases', 'dhclient.leases'],
    ['/var/lib/dhcpcd/eth1.lease', 'dhcpcd.lease'],
    ['/run/systemd/netif/leases/3', 'networkd'],
    ['/run/NetworkManager/devices/3', 'networkmanager'],
  ] as const) {
    await files.write(path, await captured(name), { mode: 0o600 });
  }

  const found = await readLeases(files, [link]);

  expect([...found.keys()]).toEqual([mac]);
  expect(found.get(mac)?.map((lease) => lease.gateway)).toEqual(Array(4).fill('10.0.1.253'));
  expect(await readLeases(files, [{ ...link, name: 'eth2', index: 4 }])).toEqual(new Map());
});

it('is not that of a former NIC of the same name', async () => {
  const files = memoryFiles(emptyMemory());
  await files.write('/run/systemd/netif/leases/3', await captured('networkd'), { mode: 0o600 });

  expect(await readLeases(files, [{ ...link, mac: '00:16:3e:99:99:99' as Mac }])).toEqual(new Map());
});

it('is unknown where nothing can be read', async () => {
  const files = memoryFiles(emptyMemory());

  expect(await readLeases(files, [link])).toEqual(new Map());
  await files.write('/var/lib/dhcpcd/eth1.lease', 'no lease', { mode: 0o600 });
  expect(await readLeases(files, [link])).toEqual(new Map());
});
