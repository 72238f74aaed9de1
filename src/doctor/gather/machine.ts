import { fail, ok, type Result } from '../../model/problem.ts';
import type { Files } from '../../ports/files.ts';
import type { Ports } from '../../ports/ports.ts';
import type { IpProgram } from '../findings.ts';

/**
 * What `ip` is here: iproute2 says so in `ip -V`; BusyBox knows no `-V` and prints its own name. `ip rule` fails where the
 * kernel has no policy routing. Errors: `command-missing`, `command-timeout`, `command-failed`.
 */
export async function describeIp(exec: Pick<Ports['exec'], 'run'>): Promise<Result<IpProgram>> {
  const [version, rules] = await Promise.all([
    exec.run(['ip', '-V']),
    exec.run(['ip', '-4', 'rule', 'show']),
  ]);
  if (!version.ok) return version;
  if (!rules.ok) return rules;
  const { stdout, stderr } = version.value;
  const said = `${stdout}\n${stderr}`.trim().split('\n')[0] ?? '';
  const isIproute2 = /\biproute2\b/.test(said);
  return ok({ version: said, isIproute2, hasRules: rules.value.exitCode === 0 });
}

/** Seconds since 1970 at which the kernel started: the line `btime` of /proc/stat (proc(5)). Errors: `file-unreadable`. */
export async function readBootTime(files: Pick<Files, 'readText'>): Promise<Result<number>> {
  const text = await files.readText('/proc/stat');
  if (!text.ok) return text;
  const btime = /^btime (\d+)$/m.exec(text.value ?? '')?.[1];
  return btime === undefined ? fail('file-unreadable', '/proc/stat', 'tells no btime') : ok(Number(btime));
}

type Bus = Pick<Files, 'list' | 'readText' | 'linkTarget'>;

/** PCI class 02: network controllers (PCI Code and ID Assignment). Virtio device 1: network (virtio 1.2, section 5). */
const buses = [
  { directory: '/sys/bus/pci/devices', file: 'class', isNetwork: (text: string) => text.startsWith('0x02') },
  {
    directory: '/sys/bus/virtio/devices',
    file: 'device',
    isNetwork: (text: string) => Number.parseInt(text, 16) === 1,
  },
];

/** Network hardware that no driver has taken, each as a line for people. Errors: `file-unreadable`. */
export async function findDriverless(files: Bus): Promise<Result<readonly string[]>> {
  const found: string[] = [];
  for (const { directory, file, isNetwork } of buses) {
    const devices = await files.list(directory);
    if (!devices.ok) return devices;
    for (const { name } of devices.value ?? []) {
      const [kind, driver, vendor, device] = await Promise.all([
        files.readText(`${directory}/${name}/${file}`),
        files.linkTarget(`${directory}/${name}/driver`),
        files.readText(`${directory}/${name}/vendor`),
        files.readText(`${directory}/${name}/device`),
      ]);
      if (!kind.ok) return kind;
      if (!driver.ok) return driver;
      if (driver.value !== null || !isNetwork(kind.value?.trim() ?? '')) continue;
      const id = [vendor, device].map((text) => (text.ok ? (text.value?.trim() ?? '?') : '?')).join(' ');
      found.push(`${name} (${id}) has none`);
    }
  }
  return ok(found);
}

/**
 * Whether an enid daemon runs in this network, by the command lines in /proc, which every init has. One in a container of
 * this machine has another network namespace and does not count. Errors: `file-unreadable`.
 */
export async function daemonRuns(
  files: Pick<Files, 'list' | 'readText' | 'linkTarget'>,
): Promise<Result<boolean>> {
  const entries = await files.list('/proc');
  if (!entries.ok) return entries;
  const pids = (entries.value ?? []).map(({ name }) => name).filter((name) => /^\d+$/.test(name));
  if (pids.length === 0) return fail('file-unreadable', '/proc', 'shows no process');
  const own = await networkOf(files, 'self');
  const found = await Promise.all(
    pids.map(async (pid) => {
      // A process may end while it is looked at.
      const line = await files.readText(`/proc/${pid}/cmdline`);
      if (!line.ok || line.value === null || !isDaemon(line.value.split('\0'))) return false;
      return (await networkOf(files, pid)) === own;
    }),
  );
  return ok(found.includes(true));
}

/** The network namespace of a process, `net:[4026531840]`; null where it may not be asked. */
async function networkOf(files: Pick<Files, 'linkTarget'>, pid: string): Promise<string | null> {
  const target = await files.linkTarget(`/proc/${pid}/ns/net`);
  return target.ok ? (/net:\[\d+\]/.exec(target.value ?? '')?.[0] ?? null) : null;
}

/** `node /usr/lib/enid/enid.cjs daemon`, or `enid daemon` by a wrapper; flags may stand between. */
function isDaemon(argv: readonly string[]): boolean {
  const program = argv.slice(0, 3).findIndex((word) => /(^|\/)enid(\.cjs)?$/.test(word));
  return program !== -1 && argv.slice(program + 1).includes('daemon');
}
