import { expect, it } from 'vitest';
import { ok } from '../model/problem.ts';
import type { Ports } from '../ports/ports.ts';
import { untilNamed } from './until-named.ts';

/** A boot: paths appear at their time (ms). Gives when the wait was over. */
async function waited(appear: Readonly<Record<string, number>>): Promise<number> {
  let now = 0;
  const isThere = (path: string) => (appear[path] ?? Infinity) <= now;
  const files = {
    kind: (path: string) => Promise.resolve(ok(isThere(path) ? ('directory' as const) : null)),
    list: () => {
      const names = Object.keys(appear).map((path) => /^\/sys\/class\/net\/(\w+)\/ifindex$/.exec(path)?.[1]);
      const links = names.flatMap((name) => (name === undefined ? [] : [{ name, kind: 'link' as const }]));
      return Promise.resolve(ok(links));
    },
    readText: (path: string) => Promise.resolve(ok(isThere(path) ? `${path.length}\n` : null)),
  };
  const clock = {
    monotonic: () => now,
    sleep: (time: number) => {
      now += time;
      return Promise.resolve();
    },
  };
  await untilNamed({ files, clock } as unknown as Pick<Ports, 'files' | 'clock'>);
  return now;
}

const nic = { '/sys/class/net/eth1/ifindex': 0, '/sys/class/net/eth1/device': 0 };
const record = `/run/udev/data/n${'/sys/class/net/eth1/ifindex'.length}`;
const udev = { '/run/udev/data': 0 };

it('holds nobody where udev is done, or does not run, or no device is behind the link', async () => {
  expect(await waited({ ...udev, ...nic, [record]: 0 })).toBe(0);
  expect(await waited(nic)).toBe(0);
  expect(await waited({ ...udev, '/sys/class/net/lo/ifindex': 0 })).toBe(0);
  expect(await waited({})).toBe(0);
});

it('waits for the name of a NIC that udev has in hand', async () => {
  expect(await waited({ ...udev, ...nic, [record]: 130 })).toBe(140);
});

it('waits no longer than two seconds', async () => {
  expect(await waited({ ...udev, ...nic })).toBe(2_000);
});
