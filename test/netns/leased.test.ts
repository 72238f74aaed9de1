import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Dhcp, startDhcp } from '../guest/dhcp.ts';
import { closeAll, leftovers } from '../lab/cleanup.ts';
import { type Enid, installEnid } from '../lab/enid.ts';
import { huaweiDocuments } from '../lab/huawei-documents.ts';
import { bandRules, defaults, readKernel } from '../lab/kernel.ts';
import type { Nic } from '../lab/nic.ts';
import { labObstacle } from '../lab/privileges.ts';
import { brokenPromises } from '../lab/promises.ts';
import { labId } from '../lab/run.ts';
import { makeVpc, type Vpc } from '../lab/vpc.ts';
import { pause } from './scene.ts';

/*
 * Huawei Cloud, whose metadata names neither addresses nor gateways, and a server with the real ifupdown and dhclient: all
 * is learned from the leases, which also offer a default by option 121. Needs ifupdown, isc-dhcp-client and dnsmasq.
 */
let vpc: Vpc;
let enid: Enid;
const services: Dhcp[] = [];

const ifupdown = `
mkdir -p /etc/network/interfaces.d /etc/dhcp /etc/default /run/network /run/lock
for when in pre-up up down post-down; do mkdir -p /etc/network/if-$when.d; done
printf 'auto lo\\niface lo inet loopback\\nsource /etc/network/interfaces.d/*\\n' > /etc/network/interfaces
cat > /etc/dhcp/dhclient.conf <<'END'
option rfc3442-classless-static-routes code 121 = array of unsigned integer 8;
request subnet-mask, broadcast-address, routers, rfc3442-classless-static-routes;
timeout 60; initial-interval 1; backoff-cutoff 2;
END
mount -t tmpfs own /var/lib/dhcp
`;

beforeAll(async () => {
  expect(labObstacle(), 'these tests need root and iproute2').toBeNull();
  vpc = await makeVpc({ documents: huaweiDocuments });
  await Promise.all([vpc.peer(0), vpc.peer(1), vpc.peer(2)]);
  await vpc.server.must(['sh', '-ec', ifupdown]);
  enid = await installEnid(vpc.server);
  const metadata = { poll: '60s', timeout: '1s' };
  await enid.configure({ provider: 'huawei', stack: 'ifupdown', metadata, rollback: { timeout: '60s' } });
  await enid.start();
  await enid.until('the first run', (status) => status.state === 'ok');
}, 60_000);

afterAll(async () => {
  await enid.stop();
  for (const service of services) await service.stop();
  await closeAll();
  expect(leftovers(labId)).toEqual([]);
}, 60_000);

function serve(nic: Nic): void {
  const gateway = nic.subnet.gateway4;
  const options = [`option:classless-static-route,0.0.0.0/0,${gateway},172.31.0.0/16,${gateway}`];
  services.push(startDhcp(vpc.router, nic, { lease: 3600, options }));
}

async function transactions(): Promise<readonly string[]> {
  const listed = await vpc.server.must(['ls', '/var/lib/enid/transactions']);
  return listed.split('\n').filter((name) => name !== '');
}

/** One default, and of a secondary's lease nothing in main but its subnet. */
async function expectCleanMain(): Promise<void> {
  const kernel = await readKernel(vpc.server);
  expect(defaults(kernel)).toEqual([expect.stringContaining(' dev eth0')]);
  const theirs = kernel.main.filter((line) => !line.includes(' dev eth0'));
  expect(theirs.filter((line) => !/^10\.0\.[12]\.0\/24 /.test(line))).toEqual([]);
}

let other: Nic;

test('address, subnet and gateway come from the lease, and are written down once', async () => {
  other = vpc.plan({ subnet: 1 });
  await vpc.list(other);
  await vpc.plug(other);
  serve(other);

  const nic = await enid.untilConfigured('eth1', 60_000);

  expect(nic).toMatchObject({ reason: null, table: 21001, addresses: [`${other.ipv4[0]}/32`] });
  expect(await brokenPromises(vpc)).toEqual([]);
  await expectCleanMain();
  const stanza = await vpc.server.must(['cat', '/etc/network/interfaces.d/enid-eth1']);
  expect(stanza).toContain(`up ip -4 route replace 0.0.0.0/0 via ${other.subnet.gateway4} dev eth1`);
  expect(stanza).toContain(`up ip -4 rule add from ${other.ipv4[0]}/32 lookup 21001 priority 21001`);
  expect(await transactions()).toHaveLength(2);
}, 120_000);

test('afterwards nothing changes', async () => {
  const before = await transactions();
  const state = await vpc.server.must(['cat', '/var/lib/enid/state.json']);

  await enid.wake();
  await pause(3_000);

  expect(await transactions()).toEqual(before);
  expect(await vpc.server.must(['cat', '/var/lib/enid/state.json'])).toBe(state);
}, 30_000);

test('a lease that is late is waited for, and its NIC is configured as soon as it is there', async () => {
  const late = vpc.plan({ subnet: 2 });
  await vpc.list(late);
  await vpc.plug(late);
  await enid.until(
    'eth2 waits for its lease',
    ({ interfaces }) => interfaces.some((nic) => nic.name === 'eth2' && nic.reason === 'no-lease'),
    60_000,
  );
  expect((await enid.status())?.lastRun?.outcome).toBe('degraded');
  const before = await transactions();

  serve(late);
  await enid.untilConfigured('eth2', 60_000);

  expect(await brokenPromises(vpc)).toEqual([]);
  await expectCleanMain();
  expect(await transactions()).toHaveLength(before.length + 1);
}, 180_000);

test('an enid that starts while no lease is there takes nothing out of the files', async () => {
  await enid.stop();
  await vpc.server.must(['sh', '-ec', 'ifdown eth1 2>/dev/null; ip addr flush dev eth1']);
  const stanza = await vpc.server.must(['cat', '/etc/network/interfaces.d/enid-eth1']);
  for (const service of services.splice(0)) await service.stop();

  await enid.start();
  await enid.until(
    'eth1 waits for its lease',
    ({ interfaces }) => interfaces.some((nic) => nic.name === 'eth1' && nic.reason === 'no-lease'),
    60_000,
  );

  expect(await vpc.server.must(['cat', '/etc/network/interfaces.d/enid-eth1'])).toBe(stanza);
  await enid.stop();
}, 120_000);

test('after a reboot without enid the same is there', async () => {
  const nics = vpc.nics().filter((nic) => !nic.primary);
  await vpc.server.must([
    'sh',
    '-c',
    'ifdown eth1 eth2 2>/dev/null; ip -4 rule | grep -c 21001 | grep -qx 0',
  ]);
  expect(bandRules(await readKernel(vpc.server))).toEqual([]);
  for (const nic of nics) serve(nic);

  await vpc.server.run(['ifup', '-a']);

  expect(await brokenPromises(vpc)).toEqual([]);
  await expectCleanMain();
}, 120_000);
