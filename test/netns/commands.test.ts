import { expect, test } from 'vitest';
import { bandRules, readKernel } from '../lab/kernel.ts';
import type { Nic } from '../lab/nic.ts';
import { expectAllWell, pause, useScene } from './scene.ts';

// What a person does at the command line, beside the daemon and without it.

const scene = useScene({});
let nic: Nic;

interface Printed {
  readonly text: string;
  readonly code: number | null;
}
async function enid(...args: readonly string[]): Promise<Printed> {
  const { code, stdout, stderr } = await scene.enid.run(...args);
  return { code, text: stdout + stderr };
}

test('plan has nothing to do after the daemon did it', async () => {
  nic = await scene.vpc.attach({ subnet: 1 });
  await scene.enid.untilConfigured('eth1');

  const plan = await enid('plan');

  expect(plan).toMatchObject({ code: 0, text: expect.stringContaining('Nothing to do') });
});

test('status, metadata and detect in JSON', async () => {
  const [status, metadata, detect] = await Promise.all([
    enid('status', '--json'),
    enid('metadata', '--json'),
    enid('detect', '--json'),
  ]);

  expect(JSON.parse(status.text)).toMatchObject({ schema: 1, state: 'ok', cloud: 'alibaba', stack: 'none' });
  expect(JSON.parse(metadata.text).interfaces).toHaveLength(2);
  expect(
    JSON.parse(metadata.text)
      .interfaces.map((entry: { name: string }) => entry.name)
      .sort(),
  ).toEqual(['eth0', 'eth1']);
  expect(JSON.parse(detect.text)).toMatchObject({ schema: 1, stack: 'none', format: 'none' });
});

test('the daemon refuses a second one, and clean refuses beside it', async () => {
  expect(await enid('daemon')).toMatchObject({ code: 1, text: expect.stringContaining('runs already') });
  expect(await enid('clean')).toMatchObject({ code: 1, text: expect.stringContaining('the daemon runs') });
});

test('a wrong key stops with exit 2 and names the line', async () => {
  await scene.enid.configure({ metdata: {} });

  expect(await enid('plan')).toMatchObject({ code: 2, text: expect.stringContaining('metdata') });

  await scene.enid.configure({});
});

test('what a person rolled back the daemon does not do again', async () => {
  const rolled = await enid('rollback');
  expect(rolled).toMatchObject({
    code: 0,
    text: expect.stringContaining('put back /etc/sysctl.d/60-enid.conf'),
  });
  await pause(7_000); // a poll, and the echo of the kernel

  expect(bandRules(await readKernel(scene.vpc.server))).toEqual([]);
  expect(await scene.enid.status()).toMatchObject({ state: 'degraded' });

  expect(await enid('reconfigure')).toMatchObject({ code: 0 });
  await expectAllWell(scene);
});

test('without the daemon: plan says what is missing with exit 10, reconfigure mends it', async () => {
  const stopped = await scene.enid.stop();
  expect(stopped.code).toBe(0);
  expect(stopped.ms).toBeLessThan(1_500);
  await scene.vpc.server.ip([`rule del priority 21001`]);

  const plan = await enid('plan');
  const again = await enid('plan', '--json');
  const done = await enid('reconfigure');

  expect(plan).toMatchObject({ code: 10, text: expect.stringContaining('To do it: enid reconfigure') });
  expect(plan.text).toContain('rule add');
  expect(JSON.parse(again.text)).toMatchObject({ schema: 1, pending: true });
  expect(done).toMatchObject({ code: 0, text: expect.stringContaining('applied') });
  expect(done.text).not.toContain('undo it with'); // no file changed
  await expectAllWell(scene);
  expect(await enid('plan')).toMatchObject({ code: 0 });
});

test('rollback takes the change with files back, kernel included; a person brings it again', async () => {
  nic = await scene.vpc.addAddress(nic, '10.0.1.101');
  expect(await enid('reconfigure')).toMatchObject({ code: 0 });
  expect(bandRules(await readKernel(scene.vpc.server)).join('\n')).toContain('10.0.1.101');

  const rolled = await enid('rollback');

  expect(rolled.code).toBe(0);
  expect(rolled.text).toMatch(/\d{6}-\S+ was made at 20\S+, because /);
  expect(await scene.enid.status()).toMatchObject({
    state: 'degraded',
    lastRun: { outcome: 'rolled-back', trigger: 'manual' },
    problems: [],
  });
  expect(bandRules(await readKernel(scene.vpc.server))).toEqual([]);
  expect((await scene.vpc.server.run(['ls', '/etc/sysctl.d/60-enid.conf'])).code).not.toBe(0);
  expect(await enid('rollback', '000999-20240101T000000Z')).toMatchObject({
    code: 1,
    text: expect.stringContaining('no-transaction'),
  });
  expect(await enid('reconfigure')).toMatchObject({ code: 0 });
  await expectAllWell(scene);
});

test('metadata that does not answer: 75 for a person, 0 at boot with what was believed, in the time given', async () => {
  await scene.enid.configure({
    metadata: { poll: '5s', timeout: '1s', endpoint: 'http://100.100.100.200:81' },
  });

  expect((await enid('reconfigure')).code).toBe(75);
  const begun = performance.now();
  const boot = await enid('reconfigure', '--boot', '--wait', '3');
  expect(boot.code).toBe(0);
  expect(performance.now() - begun).toBeLessThan(6_000);

  await scene.enid.configure({});
  expect((await enid('reconfigure')).code).toBe(0);
  await expectAllWell(scene);
});

test('at boot another enid that is at work is waited for no longer than asked', async () => {
  // A process that lives holds the lock: the server's own first one.
  const holder = `s=$(cut -d' ' -f22 /proc/$$/stat); b=$(cat /proc/sys/kernel/random/boot_id)
    printf '{"pid":%d,"start":"%s","boot":"%s","what":"test"}\\n' $$ $s $b >/run/enid/lock; sleep 8; rm /run/enid/lock`;
  const held = scene.vpc.server.run(['sh', '-c', holder]);
  await pause(300);

  const begun = performance.now();
  const boot = await enid('reconfigure', '--boot', '--wait', '2');
  const took = performance.now() - begun;
  const asked = await enid('reconfigure', '--wait', '1');
  await held;

  expect(boot).toMatchObject({ code: 0, text: expect.stringContaining('locked') });
  expect(took).toBeGreaterThan(1_900);
  expect(took).toBeLessThan(4_500);
  expect(asked).toMatchObject({ code: 1, text: expect.stringContaining('locked') });
  expect(await enid('reconfigure')).toMatchObject({ code: 0 });
});

test('clean removes what binds an image to these NICs', async () => {
  const cleaned = await enid('clean');

  expect(cleaned).toMatchObject({ code: 0, text: expect.stringContaining('Clean.') });
  expect((await scene.vpc.server.run(['ls', '/var/lib/enid/state.json'])).code).not.toBe(0);
  expect(await enid('status')).toMatchObject({
    code: 1,
    text: expect.stringContaining('nothing ran since boot'),
  });
});
