import { expect, test } from 'vitest';
import type { Mac } from '../model/mac.ts';
import { ok } from '../model/problem.ts';
import type { Ports } from '../ports/ports.ts';
import { watchFiles, watchLinks } from './sources.ts';

const mac = (index: number) => `00:16:3e:00:00:0${index}` as Mac;
const line = (index: number) =>
  `${index}: eth${index}: <BROADCAST,UP,LOWER_UP> mtu 1500 qdisc mq state UP \\    link/ether ${mac(index)} brd ff:ff:ff:ff:ff:ff`;
const turn = () => new Promise((resolve) => setTimeout(resolve, 5));

/** A kernel with links, a monitor that hears what it is given, and a clock that a test moves. */
function lab(started: () => Promise<number | null> = () => Promise.resolve(null), socket = () => '') {
  const told: string[] = [];
  const sleepers: (() => void)[] = [];
  let links = [1, 2];
  let answer: (() => void) | null = null;
  let slow = false;
  let hear: (text: string) => void = () => {};
  let complain: (text: string) => void = () => {};
  let asked = 0;
  const ports = {
    exec: {
      async run() {
        asked++;
        const stdout = links.map(line).join('\n');
        if (slow) {
          await new Promise<void>((resolve) => {
            answer = resolve;
          });
        }
        return ok({ exitCode: 0, stdout, stderr: '' });
      },
      follow(_argv: readonly string[], onLine: typeof hear, onError: typeof complain) {
        hear = onLine;
        complain = onError;
        return { started: started(), ended: new Promise<null>(() => {}), stop: () => {} };
      },
    },
    files: {
      kind: () => Promise.resolve(ok(null)),
      readText: () => Promise.resolve(ok(`sk Eth Pid Groups Inode\n0 0 7 ${socket()} 16203\n`)),
      list: () => Promise.resolve(ok([{ name: '3', kind: 'link' }])),
      linkTarget: () => Promise.resolve(ok('/proc/7/fd/socket:[16203]')),
    },
    clock: {
      monotonic: () => 0,
      sleep: () => new Promise<void>((resolve) => void sleepers.push(resolve)),
    },
    log: {
      warn: (text: string) => void told.push(`warn: ${text}`),
      error: (text: string) => told.push(text),
    },
  } as unknown as Ports;
  const watching = watchLinks(ports, {
    onTrigger: ({ kind, detail }) => void told.push(`${kind}: ${detail}`),
    onRemoved: (removed) => void told.push(`removed ${removed}`),
    onPresent: () => {},
    onLost: () => {},
    isOurs: () => false,
  });
  return {
    told,
    watching,
    hear: (text: string) => hear(text),
    complain: (text: string) => complain(text),
    asked: () => asked,
    has(...now: number[]) {
      links = now;
    },
    dawdle() {
      slow = true;
    },
    async answer() {
      answer?.();
      await turn();
    },
    async wait() {
      for (const wake of sleepers.splice(0)) wake();
      await turn();
    },
  };
}

test('links that came and went while events were lost are found, in one look for all losses of a second', async () => {
  const kernel = lab();
  await kernel.watching;
  await kernel.wait(); // it surely listens now
  expect(kernel.told.splice(0)).toEqual(['drift: the kernel monitor began to listen']);
  const looks = kernel.asked();

  kernel.has(1, 3);
  kernel.complain('netlink receive error No buffer space available (105)');
  kernel.complain('netlink receive error No buffer space available (105)');
  await kernel.wait();

  expect(kernel.told.splice(0)).toEqual([
    'warn: the kernel monitor lost events',
    `removed ${mac(2)}`,
    'link: eth2 vanished',
    'link: eth3 appeared',
    'drift: the kernel monitor lost events',
  ]);
  expect(kernel.asked()).toBe(looks + 1);
  kernel.complain('netlink receive error No buffer space available (105)');
  await kernel.wait();
  expect(kernel.told).toEqual([
    'warn: the kernel monitor lost events',
    'drift: the kernel monitor lost events',
  ]);
});

test('a link that appears during the look has not vanished', async () => {
  const kernel = lab();
  await kernel.watching;
  kernel.dawdle();
  await kernel.wait();

  kernel.hear(line(3));
  expect(kernel.told).toEqual([]);
  await kernel.answer();

  expect(kernel.told).toEqual(['link: eth3 appeared', 'drift: the kernel monitor began to listen']);
  expect((await kernel.watching).seesRules).toBe(true);
});

test('a look without any link is not believed', async () => {
  const kernel = lab();
  await kernel.watching;
  kernel.has();
  await kernel.wait();

  expect(kernel.told).toEqual(['drift: the kernel monitor began to listen']);
});

test('the first look waits until the monitor receives events, and needs no second one', async () => {
  let groups = '00000000';
  const kernel = lab(
    () => Promise.resolve(7),
    () => groups,
  );
  await turn();
  kernel.hear(line(2)); // before the look: it waits for it
  expect([kernel.asked(), kernel.told]).toEqual([0, []]);

  groups = '040405d1';
  await kernel.wait();
  await kernel.watching;

  expect([kernel.asked(), kernel.told]).toEqual([1, []]);
});

test('the trigger directory has one reader at a time, however many files come meanwhile', async () => {
  let onEntry = () => {};
  let finish = () => {};
  let readers = 0;
  let reads = 0;
  const told: string[] = [];
  const nothing = { ready: Promise.resolve(), stop: () => Promise.resolve() };
  const files = {
    watch: () => nothing,
    watchEntries: (_directory: string, onChange: () => void) => {
      onEntry = onChange;
      return nothing;
    },
    async drain(_directory: string, onName: (name: string) => void) {
      reads++;
      expect(++readers).toBe(1);
      for (let name = 0; name < 20_000; name++) onName(`trigger-${name}`);
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
      readers--;
      return ok({ removed: 20_000, left: 'EPERM' });
    },
  };
  const log = { warn: (text: string) => void told.push(text) };
  const ports = { files, log } as unknown as Ports;
  watchFiles(
    ports,
    '/etc/enid/config.yaml',
    () => null,
    ({ detail }) => void told.push(detail),
  );
  for (let entry = 0; entry < 20_000; entry++) onEntry();
  finish();
  await turn();
  expect([reads, told.length]).toEqual([2, 5]);
  for (let entry = 0; entry < 20_000; entry++) onEntry();
  finish();
  await turn();
  finish();
  await turn();
  expect(reads).toBe(3);
  onEntry();
  expect(reads).toBe(4);
  expect(told.slice(4, 5)).toEqual(['something in the trigger directory cannot be removed']);
});
