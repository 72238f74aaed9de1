import { bandRules, defaults, readKernel } from './kernel.ts';
import type { Nic } from './nic.ts';
import type { Inhabited } from './vpc.ts';

/**
 * What is wrong with the server's routes and rules, one line each; none when they are clean: one default a family, by
 * the primary; nothing of a secondary in main; in the band only rules and tables of NICs that are plugged in, no rule
 * twice, and for each address of a secondary its `from` rule and a table with a default by that NIC. `foreign`: lines
 * that someone else put into the band, as `ip rule` shows them.
 */
export async function untidy(vpc: Inhabited, foreign: readonly string[] = []): Promise<readonly string[]> {
  const kernel = await readKernel(vpc.server);
  const secondaries = vpc.nics().filter((nic) => !nic.primary);
  const wrong: string[] = [];

  const wanted = Number(vpc.primary.ipv4.length > 0) + Number(vpc.primary.ipv6.length > 0);
  const found = defaults(kernel);
  if (found.length !== wanted || found.some((line) => / dev (\S+)/.exec(line)?.[1] !== vpc.primary.name)) {
    wrong.push(`default routes: ${found.join(' | ') || 'none'}`);
  }
  for (const line of [...kernel.main, ...kernel.main6]) {
    const device = / dev (\S+)/.exec(line)?.[1];
    const owner = secondaries.find((nic) => nic.name === device);
    if (owner !== undefined && !isHarmless(line, owner)) wrong.push(`in main: ${line}`);
  }

  const rules = bandRules(kernel).filter((line) => !foreign.includes(line));
  const seen = new Set<string>();
  const tables = new Set<number>();
  for (const line of rules) {
    // A rule by a mark reads the same in both families.
    if (seen.has(line) && !line.includes(' fwmark ')) wrong.push(`twice: ${line}`);
    seen.add(line);
    if (!belongs(line, vpc)) wrong.push(`of nobody: ${line}`);
    const table = Number(/lookup (\d+)/.exec(line)?.[1]);
    if (table > 0) tables.add(table);
  }
  for (const [table, routes] of kernel.tables) {
    if (!tables.has(table)) wrong.push(`table ${table} is used by no rule: ${routes.join(' | ')}`);
  }
  for (const nic of secondaries) {
    for (const address of addresses(nic)) {
      const rule = rules.find((line) => new RegExp(`from ${address}(/\\d+)? lookup`).test(line));
      const routes = kernel.tables.get(Number(/lookup (\d+)/.exec(rule ?? '')?.[1])) ?? [];
      const out = routes.some((line) => line.startsWith('default') && line.includes(` dev ${nic.name}`));
      if (rule === undefined) wrong.push(`no rule from ${address} of ${nic.name}`);
      else if (!out) wrong.push(`no default by ${nic.name} in the table of: ${rule}`);
    }
  }
  return wrong;
}

/** A rule speaks of an address or a subnet of a secondary, and of nothing else but the primary's addresses. */
function belongs(rule: string, vpc: Inhabited): boolean {
  const from = / from (\S+)/.exec(rule)?.[1] ?? 'all';
  const to = / to (\S+)/.exec(rule)?.[1] ?? 'all';
  const secondaries = vpc.nics().filter((nic) => !nic.primary);
  if (/ fwmark \S+ lookup \d+$/.test(rule)) return secondaries.length > 0;
  const isSubnet = secondaries.some(({ subnet }) => subnet.cidr4 === to || subnet.cidr6 === to);
  if (isSubnet) return /^2199[678]:/.test(rule);
  return to === 'all' && secondaries.some((nic) => addresses(nic).includes(from));
}

/** The link-local network, and the host route that the kernel makes of an IPv6 /128. */
function isHarmless(route: string, nic: Nic): boolean {
  return route.startsWith('fe80::') || nic.ipv6.some((address) => route.startsWith(`${address} `));
}

function addresses(nic: Nic): readonly string[] {
  return [...nic.ipv4, ...nic.ipv6, ...nic.prefixes];
}
