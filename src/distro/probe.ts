import { fail, ok, type Result } from '../model/problem.ts';
import type { Stack } from '../model/stack.ts';
import type { Files } from '../ports/files.ts';
import type { Ports } from '../ports/ports.ts';
import { allOf, anyOf, type Facts, mapFact } from './facts.ts';
import { readInterfaces } from './interfaces-files.ts';
import { readNetplan } from './netplan-files.ts';
import { parseAssignments } from './os-release.ts';
import { describeNic, findInit, present, sharesNamespace } from './surroundings.ts';
import { networkUnits, parseUnits, type UnitState, type UnitStates, unitsQuery } from './units.ts';
import { yesOrNo } from './yes-or-no.ts';

type Probing = Pick<Ports, 'exec' | 'files'>;

/** Milliseconds for one question to a service; a busy one at boot answers within a second. */
const patience = 5000;

/**
 * Looks at the machine: some files, one `systemctl show`, and `nmcli device` where NetworkManager runs. Changes nothing.
 * What cannot be asked is told in its place.
 */
export async function gatherFacts(ports: Probing, primaryName: string | null): Promise<Facts> {
  const { files } = ports;
  const init = await findInit(files);
  const [servicesAreHere, primary, units, netplanBinary] = await Promise.all([
    sharesNamespace(files),
    describeNic(files, primaryName),
    askUnits(ports, init),
    present(files, '/usr/sbin/netplan', '/sbin/netplan'),
  ]);
  const nmRuns = units.ok && units.value.get('NetworkManager.service')?.active === true;
  const [netplan, nmState, kept, networkd, sysconfig, scripts, scriptsOn, ifupdown, interfaces, up] =
    await Promise.all([
      netplanBinary.ok && !netplanBinary.value ? ok({ renderer: null, netdefs: [] }) : readNetplan(files),
      nmRuns && primaryName !== null ? askNetworkManager(ports, primaryName) : ok(null),
      keptFromNetworkManager(files, primaryName),
      networkdState(files, primaryName),
      presentAll(files, ['/etc/init.d/network', '/etc/sysconfig/network/scripts/ifup-route']),
      presentAll(files, ['/etc/init.d/network', '/etc/sysconfig/network-scripts/network-functions']),
      startedBySysv(files),
      presentAll(files, ['/etc/network/interfaces'], ['/sbin/ifup', '/usr/sbin/ifup']),
      readInterfaces(files),
      namesUp(files),
    ]);
  return {
    init,
    servicesAreHere,
    primary,
    units,
    netplan: { installed: netplanBinary, config: netplan },
    networkManager: { primaryState: nmState, kept },
    networkd: { primaryState: networkd },
    sysconfig: { installed: sysconfig },
    networkScripts: { installed: scripts, on: scriptsOn },
    ifupdown: { installed: ifupdown, interfaces, up },
  };
}

async function askUnits(ports: Probing, init: Stack['init']): Promise<Result<UnitStates>> {
  if (init !== 'systemd') return unitsWithoutSystemd(ports.files);
  const answer = await ports.exec.run(unitsQuery, { timeout: patience });
  if (!answer.ok) return answer;
  const units = parseUnits(answer.value.stdout);
  const words = answer.value.stderr.trim().split('\n')[0] ?? '';
  return units === null ? fail('command-failed', 'systemctl show', `no usable answer: ${words}`) : ok(units);
}

/** NetworkManager's pid file, if the process of that number is NetworkManager; nobody else runs without systemd. */
async function unitsWithoutSystemd(files: Files): Promise<Result<UnitStates>> {
  const off: UnitState = { id: '', loaded: false, active: false, enabled: false };
  const units = new Map(networkUnits.map((name) => [name, off]));
  for (const path of [
    '/run/NetworkManager/NetworkManager.pid',
    '/var/run/NetworkManager/NetworkManager.pid',
    '/run/NetworkManager.pid',
  ]) {
    const pid = await files.readText(path);
    if (!pid.ok) return pid;
    const comm = /^\d+\s*$/.test(pid.value ?? '')
      ? await files.readText(`/proc/${(pid.value ?? '').trim()}/comm`)
      : ok(null);
    if (!comm.ok) return comm;
    // The kernel keeps 15 letters of the name.
    if (comm.value?.startsWith('NetworkManager'))
      units.set('NetworkManager.service', { ...off, loaded: true, active: true });
  }
  return ok(units);
}

async function askNetworkManager(ports: Probing, name: string): Promise<Result<string | null>> {
  const answer = await ports.exec.run(['nmcli', '-t', '-f', 'DEVICE,STATE', 'device'], { timeout: patience });
  if (!answer.ok) return answer;
  if (answer.value.exitCode !== 0) {
    return fail(
      'command-failed',
      'nmcli device',
      `exit ${answer.value.exitCode}: ${answer.value.stderr.trim()}`,
    );
  }
  return ok(parseDeviceState(answer.value.stdout, name));
}

/** The state of one device in `nmcli -t -f DEVICE,STATE device`, where `:` and `\` within a name are escaped. */
export function parseDeviceState(output: string, name: string): string | null {
  const escaped = name.replace(/[\\:]/g, '\\$&');
  const line = output.split(/\r?\n/).find((one) => one.startsWith(`${escaped}:`));
  return line === undefined ? null : line.slice(escaped.length + 1).trim();
}

async function keptFromNetworkManager(files: Files, name: string | null): Promise<Result<boolean>> {
  if (name === null) return ok(false);
  const text = await files.readText(`/etc/sysconfig/network-scripts/ifcfg-${name}`);
  return mapFact(
    text,
    (file) => file !== null && yesOrNo(parseAssignments(file).get('NM_CONTROLLED')) === false,
  );
}

/** systemd's own record of a link, what sd_network_link_get_setup_state(3) and networkctl read. */
async function networkdState(files: Files, name: string | null): Promise<Result<string | null>> {
  if (name === null) return ok(null);
  const index = await files.readText(`/sys/class/net/${name}/ifindex`);
  if (!index.ok) return index;
  if (index.value === null) return ok(null);
  const record = await files.readText(`/run/systemd/netif/links/${index.value.trim()}`);
  return mapFact(record, (text) =>
    text === null ? null : (parseAssignments(text).get('ADMIN_STATE') ?? null),
  );
}

async function startedBySysv(files: Files): Promise<Result<boolean>> {
  const locks = await present(files, '/var/lock/subsys/network');
  const links = await Promise.all(
    ['/etc/rc3.d', '/etc/rc.d/rc3.d'].map((directory) => files.list(directory)),
  );
  const started = links.map((entries) =>
    mapFact(entries, (found) => (found ?? []).some(({ name }) => /^S\d+network$/.test(name))),
  );
  return anyOf(locks, ...started);
}

/** ifupdown's state: one line a name in old versions and new, `eth0=eth0`. */
async function namesUp(files: Files): Promise<Result<readonly string[]>> {
  const text = await files.readText('/run/network/ifstate');
  return mapFact(text, (lines) => (lines ?? '').split('\n').map((line) => (line.split('=')[0] ?? '').trim()));
}

/** True where each path of the first list and one of the second are there. */
async function presentAll(
  files: Files,
  paths: readonly string[],
  oneOf?: readonly string[],
): Promise<Result<boolean>> {
  const facts = await Promise.all(paths.map((path) => present(files, path)));
  if (oneOf !== undefined) facts.push(await present(files, ...oneOf));
  return allOf(...facts);
}
