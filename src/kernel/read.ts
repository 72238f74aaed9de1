import { type Family, families } from '../model/address.ts';
import type { KernelAddress, KernelRoute, KernelRule, KernelState, Link } from '../model/kernel.ts';
import { fail, ok, type Result } from '../model/problem.ts';
import type { Ports } from '../ports/ports.ts';
import { type Names, readNames } from './names.ts';
import { parseAddresses } from './parse-address.ts';
import { type ParsedLink, parseLinks } from './parse-link.ts';
import { parseRoutes } from './parse-route.ts';
import { parseRules } from './parse-rule.ts';
import { records } from './records.ts';

type Reader = Pick<Ports, 'exec' | 'files'>;

/** How often a dump is asked for again that changed while it was read. */
const attempts = 4;
/** What is asked of each family, in one process. */
const questions = 'rule show\nroute show table all\naddress show\n';

/**
 * Looks at links, addresses, routes and rules of all tables: three `ip` processes side by side, two where the kernel
 * has no IPv6 (no /proc/net/if_inet6). Routes hold every table; of table local only what is unicast.
 * Errors: `kernel-unreadable` (a line that is not understood, or `ip` failed), `command-missing`, `command-timeout`,
 * `command-failed`, `file-unreadable`.
 */
export async function readKernel(ports: Reader): Promise<Result<KernelState>> {
  const inet6 = await ports.files.kind('/proc/net/if_inet6');
  if (!inet6.ok) return inet6;
  const present = families.filter((family) => family === 'ipv4' || inet6.value !== null);
  const [links, names, ...dumps] = await Promise.all([
    readLinks(ports),
    readNames(ports.files),
    ...present.map((family) => dump(ports, ['ip', option[family], '-o', '-batch', '-'], questions)),
  ]);
  if (!links.ok) return links;
  if (!names.ok) return names;
  const addresses: KernelAddress[] = [];
  const routes: KernelRoute[] = [];
  const rules: KernelRule[] = [];
  for (const [index, family] of present.entries()) {
    const text = dumps[index];
    if (text === undefined || !text.ok) return text ?? fail('kernel-unreadable', 'ip', 'gave no answer');
    const read = parseFamily(text.value, family, names.value);
    if (!read.ok) return read;
    if (family === 'ipv4' && read.value.rules.length === 0) {
      return fail('kernel-unreadable', 'ip -4 -o rule show', 'showed no rule, and no kernel is without one');
    }
    addresses.push(...read.value.addresses);
    routes.push(...read.value.routes);
    rules.push(...read.value.rules);
  }
  return ok({ links: links.value, addresses, routes, rules });
}

const option: Readonly<Record<Family, string>> = { ipv4: '-4', ipv6: '-6' };

/** Sorts what `ip -o -batch` printed for one family by the form of the lines, and reads each with its parser. */
export function parseFamily(text: string, family: Family, names: Names): Result<Omit<KernelState, 'links'>> {
  const lines: Record<'address' | 'rule' | 'route', string[]> = { address: [], rule: [], route: [] };
  for (const record of records(text)) {
    if (/^\d+: [^ \t]+:? +(inet6? |<)/.test(record)) lines.address.push(record);
    else if (/^\d+:\s/.test(record)) lines.rule.push(record);
    else lines.route.push(record);
  }
  const ip = `ip ${option[family]} -o`;
  const addresses = parseAddresses(lines.address.join('\n'), `${ip} address show`);
  const routes = parseRoutes(lines.route.join('\n'), family, names, `${ip} route show table all`);
  const rules = parseRules(lines.rule.join('\n'), family, names, `${ip} rule show`);
  if (!addresses.ok) return addresses;
  if (!routes.ok) return routes;
  if (!rules.ok) return rules;
  return ok({ addresses: addresses.value, routes: routes.value, rules: rules.value });
}

/**
 * The links alone, one process.
 * Errors: `kernel-unreadable`, `command-missing`, `command-timeout`, `command-failed`, `file-unreadable`.
 */
export async function readLinks(ports: Reader): Promise<Result<readonly Link[]>> {
  const argv = ['ip', '-d', '-o', 'link', 'show'];
  const text = await dump(ports, argv);
  if (!text.ok) return text;
  const parsed = parseLinks(text.value, argv.join(' '));
  if (!parsed.ok) return parsed;
  const links = await Promise.all(parsed.value.map((link) => withDevice(ports, link)));
  const failed = links.find((link) => !link.ok);
  return failed?.ok === false ? failed : ok(links.flatMap((link) => (link.ok ? [link.value] : [])));
}

/** Kernels of the 2.6.32 age tell the bridge of a link in /sys only; and whether an `@` is part of a name is told nowhere else. */
async function withDevice(ports: Reader, { printed, ...parsed }: ParsedLink): Promise<Result<Link>> {
  const whole = printed === undefined ? ok(null) : await ports.files.kind(`/sys/class/net/${printed}`);
  if (!whole.ok) return whole;
  const link =
    printed === undefined || whole.value === null ? parsed : { ...parsed, name: printed, parent: null };
  const below = `/sys/class/net/${link.name}`;
  const [device, bridge] = await Promise.all([
    ports.files.kind(`${below}/device`),
    link.master === null ? ports.files.linkTarget(`${below}/brport/bridge`) : ok(null),
  ]);
  if (!device.ok) return device;
  if (!bridge.ok) return bridge;
  const master = link.master ?? bridge.value?.split('/').pop() ?? null;
  return ok({ ...link, master, hasDevice: device.value !== null });
}

/** What the command printed. A dump that changed while it was read (`ip` says so on stderr) is asked for again. */
async function dump(ports: Reader, argv: readonly string[], input?: string): Promise<Result<string>> {
  const place = argv.join(' ');
  for (let attempt = 1; ; attempt++) {
    const run = await ports.exec.run(argv, input === undefined ? {} : { input });
    if (!run.ok) return run;
    const { exitCode, stdout, stderr } = run.value;
    const interrupted = /dump was interrupted/i.test(stderr);
    if (interrupted && attempt < attempts) continue;
    if (interrupted) return fail('kernel-unreadable', place, `changed ${attempts} times while it was read`);
    if (exitCode === 0) return ok(stdout);
    const said = stderr.trim().split('\n')[0] ?? '';
    return fail('kernel-unreadable', place, `exit code ${exitCode}: ${said}`);
  }
}
