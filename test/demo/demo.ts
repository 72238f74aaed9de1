// The demonstration: a cloud server in network namespaces gets ENIs, loses them, and answers all the while.
// Exit 0 only if every ping was answered and every table was clean.
import { closeAll, leftovers } from '../lab/cleanup.ts';
import { type Enid, installEnid } from '../lab/enid.ts';
import type { Nic } from '../lab/nic.ts';
import { ping } from '../lab/ping.ts';
import { enterUserNamespaceIfNeeded } from '../lab/privileges.ts';
import { labId } from '../lab/run.ts';
import { untidy } from '../lab/tidy.ts';
import { makeVpc, type Vpc } from '../lab/vpc.ts';
import { showFiles } from './files.ts';
import { makeScreen, type Screen } from './screen.ts';
import { showPings, showServer } from './show.ts';

const obstacle = enterUserNamespaceIfNeeded();
if (obstacle !== null) {
  process.stderr.write(`demo: ${obstacle}\n`);
  process.exit(1);
}

const screen = makeScreen((text) => process.stdout.write(`${text}\n`), process.stdout.isTTY === true);
const failures: string[] = [];
try {
  failures.push(...(await story(screen)));
} catch (error) {
  failures.push(error instanceof Error ? error.message : String(error));
}
await closeAll();
failures.push(...leftovers(labId).map((text) => `left behind: ${text}`));
screen.step(failures.length === 0 ? screen.good('All answered, all clean, nothing left behind') : 'Failed');
for (const failure of failures) screen.line(screen.bad(failure));
process.exit(failures.length === 0 ? 0 : 1);

async function story(screen: Screen): Promise<readonly string[]> {
  const wrong: string[] = [];
  const check = async (vpc: Vpc, enid: Enid): Promise<void> => {
    wrong.push(...(await showPings(vpc, screen)), ...(await showServer(vpc, enid, screen)));
  };

  screen.step('A VPC, and a server in it');
  const vpc = await makeVpc();
  screen.event('gateways with a strict reverse-path filter on every port; metadata at 100.100.100.200');
  await Promise.all([vpc.peer(0), vpc.peer(1)]);
  screen.event('peers: one outside, one inside 10.0.0.0/24, one inside 10.0.1.0/24');
  screen.event(`server: eth0 ${vpc.primary.ipv4.join(' ')}, default by ${vpc.primary.subnet.gateway4}`);
  const enid = await installEnid(vpc.server);
  await enid.start();
  await enid.until('the first run', (status) => status.state === 'ok');
  screen.event('enid daemon: started, nothing to do yet');
  await check(vpc, enid);

  screen.step('Attach an ENI in another subnet');
  const other = await attach(vpc, enid, 1);
  await check(vpc, enid);

  screen.step('Attach an ENI in the same subnet as the primary');
  const same = await attach(vpc, enid, 0);
  await check(vpc, enid);

  screen.step('Give eth1 two more private addresses');
  const [one, two] = ['10.0.1.101', '10.0.1.102'] as const;
  const more = await vpc.addAddress(await vpc.addAddress(other, one), two);
  await answering(vpc, [one, two]);
  await enid.untilConfigured('eth1');
  await check(vpc, enid);
  const saved = await enid.run('metadata', '--json');

  screen.step('Take one of them away');
  const less = await vpc.removeAddress(more, one);
  screen.event(`metadata lists ${one} no more; two reads have to agree, one poll (5 s) apart`);
  await enid.until(
    `${one} is gone`,
    (status) => !status.interfaces.some((nic) => nic.addresses.some((text) => text.startsWith(`${one}/`))),
    30_000,
  );
  screen.event(`${one} is gone`);
  await check(vpc, enid);

  screen.step('Detach both');
  await vpc.detach(less);
  await vpc.detach(same);
  const detached = performance.now();
  screen.event('eth1 and eth2 vanish from the server');
  while ((await untidy(vpc)).length > 0 && performance.now() - detached < 20_000) await pause(20);
  screen.event(
    screen.good(`their rules and tables are gone, ${(performance.now() - detached).toFixed(0)} ms later`),
  );
  await enid.until(
    'only the primary is left',
    (status) => status.interfaces.every((nic) => nic.role === 'primary'),
    30_000,
  );
  screen.event('a second read of the metadata agrees');
  await check(vpc, enid);

  screen.step('Stop the daemon');
  const { code, ms } = await enid.stop();
  screen.event(`exit ${code} in ${ms.toFixed(0)} ms`);
  if (code !== 0) wrong.push(`the daemon ended with exit ${code}:\n${enid.log()}`);

  wrong.push(...(await showFiles(saved.stdout, screen)));
  return wrong;
}

/** Plugs an ENI in and tells when it answered first, asked all the time from outside and from inside its subnet. */
async function attach(vpc: Vpc, enid: Enid, subnet: number): Promise<Nic> {
  const nic = vpc.plan({ subnet });
  const [address = ''] = nic.ipv4;
  await vpc.list(nic);
  screen.event(`metadata lists ${nic.id}: ${address}, gateway ${nic.subnet.gateway4}`);
  await vpc.plug(nic);
  const plugged = performance.now();
  screen.event(`${nic.name} appears in the server`);
  const asking = [vpc.outside, await vpc.peer(subnet)].map((peer) => ping(peer, address, 20_000));
  for (const answer of asking) {
    const { answered } = await answer;
    if (!answered) throw new Error(`${address} did not answer in 20 s\n${enid.log()}`);
  }
  const after = performance.now() - plugged;
  screen.event(screen.good(`${address} answers, ${after.toFixed(0)} ms later`));
  await enid.untilConfigured(nic.name);
  return nic;
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

async function answering(vpc: Vpc, addresses: readonly string[]): Promise<void> {
  screen.event(`metadata lists ${addresses.join(' and ')}; the next poll is at most 5 s away`);
  const answers = await Promise.all(addresses.map((address) => ping(vpc.outside, address, 20_000)));
  for (const [index, address] of addresses.entries()) {
    if (answers[index]?.answered !== true) throw new Error(`${address} did not answer in 20 s`);
    screen.event(screen.good(`${address} answers`));
  }
}
