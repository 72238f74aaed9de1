import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { closeAll, leftovers } from '../lab/cleanup.ts';
import { type Enid, installEnid } from '../lab/enid.ts';
import { pretendFirmware } from '../lab/firmware.ts';
import { labObstacle } from '../lab/privileges.ts';
import { labId } from '../lab/run.ts';
import { makeVpc, type Vpc } from '../lab/vpc.ts';
import { pause } from './scene.ts';

/*
 * Which cloud is asked. The router answers on the metadata addresses of every cloud, so that a request to any of them is seen;
 * the firmware's tables are those of the cloud that the server is said to be in.
 */
/** Milliseconds that the bare runtime takes here on an idle machine, through `nsenter`. */
const usualStart = 80;

let vpc: Vpc;
let enid: Enid;

beforeAll(async () => {
  expect(labObstacle(), 'these tests need root and iproute2').toBeNull();
  vpc = await makeVpc({ ipv6: true });
  await vpc.attach({ subnet: 1, ipv6: true });
  enid = await installEnid(vpc.server);
  await enid.configure({ provider: 'auto' });
});

afterAll(async () => {
  await closeAll();
  expect(leftovers(labId)).toEqual([]);
});

afterEach(async () => {
  await enid.stop();
});

const unknown: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
  ['tell nothing', {}],
  [
    'are of a plain virtual machine',
    { sys_vendor: 'QEMU', product_name: 'Standard PC (i440FX + PIIX, 1996)' },
  ],
  ['are of Amazon EC2', { sys_vendor: 'Amazon EC2', product_name: 'm5.large', chassis_vendor: 'Amazon EC2' }],
  [
    'are of Google Compute Engine',
    { sys_vendor: 'Google', product_name: 'Google Compute Engine', product_serial: 'GoogleCloud-0' },
  ],
];

describe.each(unknown)('where the tables %s', (_, fields) => {
  test('the boot is held for less than two seconds, and no cloud is asked', async () => {
    await pretendFirmware(vpc.server, fields);
    await vpc.metadata.reset();

    const floor = await timed(() => vpc.server.must([process.execPath, '-e', '0']));
    const { took, value: boot } = await timed(() => enid.run('reconfigure', '--boot', '--wait', '60'));

    expect(boot).toMatchObject({ code: 0, stdout: expect.stringContaining('provider-unknown') });
    // Two seconds of a machine that does nothing else. Where others keep it busy all takes longer, the bare runtime too.
    expect(took).toBeLessThan(2_000 * Math.min(10, Math.max(1, floor.took / usualStart)));
    expect((await vpc.metadata.seen()).requests).toEqual([]);
    const { rules, links } = await server();
    expect(rules).not.toContain('2100');
    expect(links).toMatch(/eth1@\S+ +DOWN/);
  });
});

test('the daemon in an unknown cloud asks nobody, starts nothing, writes nothing and says it once', async () => {
  await pretendFirmware(vpc.server, { sys_vendor: 'Amazon EC2' });
  await vpc.metadata.reset();
  await enid.start();
  await enid.until(
    'it knows that it does not know',
    ({ problems }) => problems[0]?.code === 'provider-unknown',
  );
  const before = await settledTraces();

  await pause(12_000); // two polls

  expect(await traces()).toEqual(before);
  expect(enid.log().match(/provider-unknown/g)).toHaveLength(1);
  expect(enid.log()).toContain('sys_vendor=');
  expect((await vpc.metadata.seen()).requests).toEqual([]);
  const { code, ms } = await enid.stop();
  expect(code).toBe(0);
  expect(ms).toBeLessThan(1_000);
});

test('where the tables name Alibaba Cloud, its address alone is asked', async () => {
  await pretendFirmware(vpc.server, { sys_vendor: 'Alibaba Cloud', product_name: 'Alibaba Cloud ECS' });
  await vpc.metadata.reset();

  const ran = await enid.run('reconfigure');

  expect(ran).toMatchObject({ code: 0, stdout: expect.stringContaining('applied') });
  const { requests, hosts } = await vpc.metadata.seen();
  expect(requests.length).toBeGreaterThan(0);
  expect(hosts).toEqual(['100.100.100.200']);
});

async function server() {
  const [rules, links] = await Promise.all([
    vpc.server.must(['ip', 'rule']),
    vpc.server.must(['ip', '-br', 'link']),
  ]);
  return { rules, links };
}

async function timed<T>(work: () => Promise<T>): Promise<{ readonly took: number; readonly value: T }> {
  const begun = performance.now();
  const value = await work();
  return { took: performance.now() - begun, value };
}

/** The look after the monitor began to listen is the last thing that is new. */
async function settledTraces() {
  for (let last = '', tries = 0; tries < 20; tries++) {
    const now = JSON.stringify(await traces());
    if (now === last) break;
    last = now;
    await pause(3_000);
  }
  return traces();
}

/** The children that the daemon had so far (their page faults, proc_pid_stat(5) field 11), its log, and its files. */
async function traces() {
  const stat = await vpc.server.must(['cat', `/proc/${enid.pid()}/stat`]);
  const files = await vpc.server.must([
    'sh',
    '-ec',
    'find /run/enid /var/lib/enid /etc/enid -printf "%p %C@\\n" | sort',
  ]);
  return { faultsOfChildren: stat.slice(stat.lastIndexOf(')') + 2).split(' ')[8], files, log: enid.log() };
}
