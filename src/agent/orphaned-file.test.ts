import { expect, test } from 'vitest';
import type { Address } from '../model/address.ts';
import type { OwnedFile } from '../model/file.ts';
import type { KernelAddress } from '../model/kernel.ts';
import type { Mac } from '../model/mac.ts';
import { orphanedFile } from './orphaned-file.ts';

const path = '/etc/network/interfaces.d/enid-eth1';
const owned: OwnedFile = { path, mac: '00:16:3e:00:00:01' as Mac, mode: 0o644, digest: 'd' };
const common: OwnedFile = { ...owned, path: '/etc/sysctl.d/60-enid.conf', mac: null };
const address: KernelAddress = {
  link: 'eth1',
  family: 'ipv4',
  address: '10.0.0.10' as Address,
  prefixLength: 24,
  scope: 'global',
  flags: [],
};
const auto = { stack: 'auto' } as const;
const none = { id: 'none' } as const;

function filesOf(...files: readonly OwnedFile[]): ReadonlyMap<string, OwnedFile> {
  return new Map(files.map((file) => [file.path, file]));
}

test('files of a network service that is not found are not taken for files of nobody', () => {
  const found = orphanedFile(auto, none, filesOf(common, owned), 'eth1', { addresses: [address] });
  expect(found).toMatchObject({ ok: false, problem: { code: 'stack-unknown', place: path } });
  expect(found).toMatchObject({ problem: { advice: expect.stringContaining('enid detect') } });
});

test('where the primary is down, that is what is to be mended', () => {
  const addresses = [{ ...address, link: 'eth0' }];
  const found = orphanedFile(auto, none, filesOf(owned), 'eth1', { addresses });
  expect(found).toMatchObject({ problem: { advice: expect.stringContaining('bring eth1 up') } });
});

test('nothing is left behind by a stack of ours, a configured one, or where there was no service', () => {
  const kernel = { addresses: [] };
  expect(orphanedFile(auto, { id: 'ifupdown' }, filesOf(owned), 'eth1', kernel)).toBeNull();
  expect(orphanedFile({ stack: 'none' }, none, filesOf(owned), 'eth1', kernel)).toBeNull();
  expect(orphanedFile(auto, none, filesOf(common), 'eth1', kernel)).toBeNull();
});
