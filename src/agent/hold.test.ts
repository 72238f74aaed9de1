import { beforeEach, describe, expect, test } from 'vitest';
import { stack } from '../activate/testdata/change.ts';
import type { KernelState } from '../model/kernel.ts';
import type { Mac } from '../model/mac.ts';
import type { RunReport } from '../model/run.ts';
import { emptyMemory, type Memory, memoryFiles } from '../transaction/testing.ts';
import { holdDirectory, holdOn, letGo, tendHold } from './hold.ts';
import { presencePath } from './presence.ts';

const [primary, listed, unlisted] = ['00:16:3e:00:00:00', '00:16:3e:00:00:01', '00:16:3e:00:00:02'] as Mac[];
const links = [primary, listed, unlisted].map((mac, at) => ({ mac, name: `eth${at}` }));
const kernel = { links } as unknown as Pick<KernelState, 'links'>;
const report = { interfaces: [{ mac: unlisted, reason: 'not-in-metadata' }] } as unknown as RunReport;
const networkd = stack({ id: 'networkd', format: 'networkd' });

let memory: Memory;
let files: ReturnType<typeof memoryFiles>;
const marks = async (): Promise<readonly string[] | null> => {
  const listing = await files.list(holdDirectory);
  if (!listing.ok) throw new Error(listing.problem.message);
  return listing.value?.map(({ name }) => name) ?? null;
};
beforeEach(() => {
  memory = emptyMemory();
  files = memoryFiles(memory);
});

describe('beside a daemon, on a stack that takes every new NIC', () => {
  beforeEach(() => files.write(presencePath, '1 1 x\n', { mode: 0o644 }));

  test('all that is there is let go but what the metadata may list soon', async () => {
    expect(await tendHold(files, networkd, kernel, report)).toMatchObject({ ok: true });
    expect(await marks()).toEqual([primary, listed]);
  });

  test('what left is held when it comes back, and what the metadata lists now is let go', async () => {
    await tendHold(files, networkd, kernel, report);
    const later = { links: kernel.links.filter(({ mac }) => mac !== listed) };
    await tendHold(files, networkd, later, { interfaces: [] });
    expect(await marks()).toEqual([primary, unlisted]);
  });

  test('udev is told of a change for a NIC, and no more when it is over', async () => {
    await tendHold(files, networkd, kernel, report);
    await holdOn(files, [unlisted as Mac]);
    expect(await marks()).toEqual([primary, listed, `${unlisted}.working`]);
    await tendHold(files, networkd, kernel, { interfaces: [] });
    expect(await marks()).toEqual([primary, listed, unlisted]);
  });

  test('the NICs of a change are let go at once', async () => {
    await tendHold(files, networkd, kernel, report);
    await letGo(files, [unlisted as Mac]);
    expect(await marks()).toEqual([primary, listed, unlisted]);
  });
});

test.each([
  ['no daemon runs', networkd, false],
  ['the stack leaves new NICs alone', stack({ id: 'ifupdown', format: 'interfaces' }), true],
  [
    'networkd cannot be told to read its files',
    stack({ ...networkd, versions: { ...networkd.versions, systemd: [241] } }),
    true,
  ],
  [
    'NetworkManager is behind netplan',
    stack({ id: 'netplan', format: 'netplan', renderer: 'networkmanager' }),
    true,
  ],
])('udev waits for nobody where %s', async (_, on, isDaemon) => {
  if (isDaemon) await files.write(presencePath, '1 1 x\n', { mode: 0o644 });
  await tendHold(files, on, kernel, report);
  await letGo(files, [listed as Mac]);
  expect(await marks()).toBeNull();
});
