import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { bandRules, readKernel } from '../lab/kernel.ts';
import { type Loss, steadyPing } from '../lab/steady-ping.ts';
import { expectAllWell, useScene } from './scene.ts';

// A machine that 0.1.0 configured (its state.json and what it set in the kernel) gets the rules of today while peers ping it:
// none of their packets is lost, on the primary and on the secondaries. And back again by `enid rollback`.

const fixture = (name: string) =>
  readFile(new URL(`../fixtures/upgrade-0.1.0/${name}`, import.meta.url), 'utf8');
const former = [
  '21000: from 10.0.0.10 to 10.0.1.0/24 lookup main',
  '21999: from all to 10.0.1.0/24 lookup 21001',
  '21000: from 2001:db8:0:100::a to 2001:db8:0:101::/64 lookup main',
  '21999: from all to 2001:db8:0:101::/64 lookup 21001',
];
const today = [
  '21997: from 0.0.0.0 to 10.0.1.0/24 lookup main suppress_prefixlength 24',
  '21998: from 0.0.0.0 to 10.0.1.0/24 lookup 21001',
  '21996: from 8000::/1 to 2001:db8:0:101::/64 lookup main',
  '21996: from ::/1 to 2001:db8:0:101::/64 lookup main',
  '21997: from all to 2001:db8:0:101::/64 lookup main suppress_prefixlength 64',
  '21998: from all to 2001:db8:0:101::/64 lookup 21001',
];

let losses: () => Promise<readonly Loss[]> = async () => [];

const scene = useScene({ ipv6: true }, async ({ vpc }) => {
  await vpc.attach({ subnet: 1, ipv6: true, count: 2 });
  await vpc.attach({ subnet: 0, ipv6: true });
  await vpc.server.ip((await fixture('kernel.ip')).split('\n').filter((line) => line !== ''));
  const keep = (path: string) => [
    'sh',
    '-ec',
    `mkdir -p /var/lib/enid /etc/sysctl.d; cat > ${path}; chmod $1 ${path}`,
    'sh',
  ];
  await vpc.server.must([...keep('/etc/sysctl.d/60-enid.conf'), '644'], await fixture('60-enid.conf'));
  await vpc.server.must([...keep('/var/lib/enid/state.json'), '600'], await fixture('state.json'));
  await vpc.server.must(['sysctl', '-q', '-p', '/etc/sysctl.d/60-enid.conf']);
  await expectAllWell(scene, former);
  losses = pinged();
});

/** Every peer pings the primary and a secondary in another subnet, 50 times a second; gives how to end that. */
function pinged(): () => Promise<readonly Loss[]> {
  const addresses = ['10.0.0.10', '10.0.1.30', '2001:db8:0:100::a', '2001:db8:0:101::1e'];
  const running = scene.vpc
    .peers()
    .flatMap((peer) => addresses.map((address) => steadyPing(peer, address, 20)));
  return () => Promise.all(running.map((ping) => ping.stop()));
}

async function expectNoneLost(): Promise<void> {
  for (const { sent, lost } of await losses()) {
    expect(sent).toBeGreaterThan(20);
    expect(lost).toBe(0);
  }
}

async function subnetRules(): Promise<readonly string[]> {
  return bandRules(await readKernel(scene.vpc.server)).filter((line) => line.includes(' to '));
}

test('the first run sets the rules of today, takes those of 0.1.0 away, and no packet is lost', async () => {
  await expect.poll(subnetRules).toEqual(today);
  await expectNoneLost();

  expect(scene.enid.log()).not.toMatch(/error|rolled back/i);
  await expectAllWell(scene);
  const { commons, slots } = JSON.parse(await scene.vpc.server.must(['cat', '/var/lib/enid/state.json']));
  expect(slots).toEqual({ '00:16:3e:00:00:01': 1, '00:16:3e:00:00:02': 2 });
  expect(commons.filter((text: string) => /priority 21(000|999)$/.test(text))).toEqual([]);
});

test('another run changes nothing', async () => {
  losses = pinged();

  const { code, stdout, stderr } = await scene.enid.run('reconfigure');

  expect([code, stdout, stderr].join('\n')).toMatch(/^0\n/);
  expect(await subnetRules()).toEqual(today);
  await expectNoneLost();
  await expectAllWell(scene);
});
