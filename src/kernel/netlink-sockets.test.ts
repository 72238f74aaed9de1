import { describe, expect, it } from 'vitest';
import { ok } from '../model/problem.ts';
import { receivesKernelEvents, subscribers } from './netlink-sockets.ts';

const header = 'sk               Eth Pid        Groups   Rmem     Wmem     Dump  Locks    Drops    Inode\n';
const kernel =
  '00000000dad9b0ef 0   0          00000000 0        0        0     2        0        16184   \n';
const monitor =
  '00000000fa94693e 0   15602      040405d1 0        0        0     2        0        16203   \n';
const audit = '00000000fa94693f 9   15602      040405d1 0        0        0     2        0        16204   \n';

function filesWith(table: string | null, descriptors: Readonly<Record<string, string>> | null) {
  return {
    readText: () => Promise.resolve(ok(table)),
    list: () =>
      Promise.resolve(
        ok(descriptors && Object.keys(descriptors).map((name) => ({ name, kind: 'link' as const }))),
      ),
    linkTarget: (path: string) =>
      Promise.resolve(ok(descriptors?.[path.slice(path.lastIndexOf('/') + 1)] ?? null)),
  };
}

describe('receivesKernelEvents', () => {
  it('is true once a socket of the process is in the groups', async () => {
    const before = filesWith(header + kernel, { 1: 'pipe:[5]', 3: '/proc/1/fd/socket:[16203]' });
    const after = filesWith(header + kernel + monitor, { 1: 'pipe:[5]', 3: '/proc/1/fd/socket:[16203]' });
    expect(await receivesKernelEvents(before, 1)).toBe(false);
    expect(await receivesKernelEvents(after, 1)).toBe(true);
  });

  it('does not count the sockets of others', async () => {
    const files = filesWith(header + kernel + monitor, { 3: '/proc/1/fd/socket:[16299]' });
    expect(await receivesKernelEvents(files, 1)).toBe(false);
  });

  it('is null where the kernel does not say', async () => {
    const old = 'sk       Eth Pid    Groups   Rmem     Wmem     Dump     Locks    Drops\n';
    expect(await receivesKernelEvents(filesWith(null, {}), 1)).toBeNull();
    expect(await receivesKernelEvents(filesWith(old, {}), 1)).toBeNull();
    expect(await receivesKernelEvents(filesWith(header + monitor, null), 1)).toBeNull();
  });
});

describe('subscribers', () => {
  it('are the sockets of NETLINK_ROUTE in the groups of links and addresses', () => {
    expect(subscribers(header + kernel + monitor + audit)).toEqual(new Set(['16203']));
  });
});
