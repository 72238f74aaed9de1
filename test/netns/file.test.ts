import { beforeAll, expect, test } from 'vitest';
import { readKernel } from '../lab/kernel.ts';
import type { Nic } from '../lab/nic.ts';
import { ping } from '../lab/ping.ts';
import { overwriteFile, replaceFile, savedNetwork } from '../lab/saved.ts';
import { steadyPing } from '../lab/steady-ping.ts';
import { expectAllWell, pause, useScene } from './scene.ts';

// A cloud that nobody has heard of: a file says what its metadata would. The poll is far too rare to be what takes it up.

const file = '/etc/enid/network.json';
const scene = useScene({ ipv6: true }, async ({ vpc, enid }) => {
  await enid.configure({ provider: 'file', metadata: { file, poll: '10m' } });
  await replaceFile(vpc.server, file, text([vpc.primary]));
  await vpc.metadata.reset();
});
let nic: Nic;

function text(nics: readonly Nic[]): string {
  return `${JSON.stringify(savedNetwork(nics), null, 2)}\n`;
}

beforeAll(async () => {
  // Not in the file yet, so it waits.
  nic = scene.vpc.plan({ subnet: 1, ipv6: true });
  await scene.vpc.plug(nic);
  await scene.enid.until('eth1 waits', ({ interfaces }) =>
    interfaces.some(({ reason }) => reason === 'not-in-metadata'),
  );
  await pause(2_500); // the looks for it are seconds apart by now
});

test('a file that is replaced by rename is taken up at once', async () => {
  const asked = performance.now();
  await replaceFile(scene.vpc.server, file, text([scene.vpc.primary, nic]));

  expect(await ping(scene.vpc.outside, nic.ipv4[0] ?? '', 5_000)).toMatchObject({ answered: true });
  expect(performance.now() - asked).toBeLessThan(1_500);
  await scene.enid.untilConfigured('eth1');
  await expectAllWell(scene);
  expect(await scene.enid.status()).toMatchObject({ cloud: 'homemade', state: 'ok' });
});

test('a file that is written over in steps is taken up whole', async () => {
  nic = await scene.vpc.addAddress(await scene.vpc.addAddress(nic, '10.0.1.77'), '2001:db8:0:101::77');
  await overwriteFile(scene.vpc.server, file, text([scene.vpc.primary, nic]));

  expect(await ping(scene.vpc.outside, '2001:db8:0:101::77', 5_000)).toMatchObject({ answered: true });
  await scene.enid.untilConfigured('eth1');
  await expectAllWell(scene);
});

const damages: readonly (readonly [string, (whole: string) => string | null, RegExp, string])[] = [
  ['is cut off', (whole) => whole.slice(0, -20), /network\.json:\d+:\d+$/, 'metadata-malformed'],
  ['is empty', () => '', /network\.json$/, 'metadata-empty'],
  ['lists no interface', () => '{"interfaces": []}', /primaryMac$/, 'metadata-incomplete'],
  [
    'has an address that is none',
    (whole) => whole.replace('10.0.1.77', '10.0.1.777'),
    /: interfaces\[1\]\.ipv4\.addresses\[1\]$/,
    'bad-address',
  ],
  [
    'has a key that does not exist',
    (whole) => whole.replace('"gateway"', '"gatway"'),
    /: interfaces\[0\]\.ipv4$/,
    'metadata-malformed',
  ],
  ['is gone', () => null, /network\.json$/, 'metadata-not-found'],
];

test.each(damages)(
  'a file that %s changes nothing, and is told with place and what to do',
  async (_, damage, place, code) => {
    const whole = text([scene.vpc.primary, nic]);
    const before = await readKernel(scene.vpc.server);
    const steady = steadyPing(scene.vpc.outside, nic.ipv4[0] ?? '');

    const damaged = damage(whole);
    if (damaged === null) await scene.vpc.server.must(['rm', file]);
    else await replaceFile(scene.vpc.server, file, damaged);

    const told = await scene.enid.until('it is told', ({ problems }) => problems[0]?.code === code, 3_000);
    expect(told.state).toBe('degraded');
    expect(told.problems[0]?.place).toMatch(place);
    expect(told.problems[0]?.advice).toMatch(/^(correct|put) the file .*nothing is changed$|^set primaryMac/);
    expect(told.interfaces.find(({ name }) => name === 'eth1')).toMatchObject({ state: 'configured' });
    await pause(1_000);
    const { sent, lost } = await steady.stop();
    expect(await readKernel(scene.vpc.server)).toEqual(before);
    expect(sent).toBeGreaterThan(2);
    expect(lost).toBe(0);

    await replaceFile(scene.vpc.server, file, whole);
    await scene.enid.until(
      'all is well again',
      ({ state, problems }) => state === 'ok' && problems.length === 0,
      3_000,
    );
  },
);

test('what the file no longer says goes at once, its link still there', async () => {
  nic = await scene.vpc.removeAddress(nic, '10.0.1.77');
  await replaceFile(scene.vpc.server, file, text([scene.vpc.primary, nic]));
  await scene.enid.until(
    'the address is gone',
    ({ interfaces }) => interfaces.every(({ addresses }) => !addresses.includes('10.0.1.77/32')),
    3_000,
  );
  await expectAllWell(scene);

  await replaceFile(scene.vpc.server, file, text([scene.vpc.primary]));

  await scene.enid.until(
    'eth1 is let go',
    ({ interfaces }) => interfaces.every(({ name, state }) => name !== 'eth1' || state !== 'configured'),
    3_000,
  );
  const { rules, rules6, tables } = await readKernel(scene.vpc.server);
  expect([...rules, ...rules6].join('\n')).not.toMatch(/21\d\d\d/);
  expect(tables.size).toBe(0);
});

test('a link is followed: another target, and another text of the same', async () => {
  const { server, primary } = scene.vpc;
  await server.must(['sh', '-ec', 'mkdir -p /etc/saved/a /etc/saved/b']);
  await replaceFile(server, '/etc/saved/a/network.json', text([primary]));
  await replaceFile(server, '/etc/saved/b/network.json', text([primary, nic]));
  const point = (target: string) =>
    server.must(['sh', '-ec', `ln -s ${target} /etc/enid/.next; mv -T /etc/enid/.next ${file}`]);
  await point('/etc/saved/a/network.json');
  await pause(500);

  await point('/etc/saved/b/network.json');
  await scene.enid.untilConfigured('eth1', 3_000);
  await expectAllWell(scene);

  await overwriteFile(server, '/etc/saved/b/network.json', text([primary]));
  await scene.enid.until(
    'eth1 is let go',
    ({ interfaces }) => interfaces.every(({ name, state }) => name !== 'eth1' || state !== 'configured'),
    3_000,
  );
});

test('no cloud was asked anything', async () => {
  expect((await scene.vpc.metadata.seen()).requests).toEqual([]);
});
