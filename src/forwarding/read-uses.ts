import { fail, ok, type Result } from '../model/problem.ts';
import type { Ports } from '../ports/ports.ts';
import { iptablesMarkUses, type MarkUse, nftMarkUses } from './mark-uses.ts';
import { nftTableName } from './nft.ts';

type Looking = Pick<Ports, 'exec' | 'files'>;

/** Milliseconds for a listing: kube-proxy may have tens of thousands of rules. */
const timeout = 30_000;

/**
 * The marks in the rules of others: of nftables, and of iptables where nft does not show its tables. A program that is not there
 * has no rules. Errors: `file-unreadable`, `command-timeout`, `command-failed`.
 */
export async function readMarkUses({ exec, files }: Looking): Promise<Result<readonly MarkUse[]>> {
  const uses: MarkUse[] = [];
  const ruleset = await print(exec, ['nft', 'list', 'ruleset']);
  if (!ruleset.ok) return ruleset;
  uses.push(...nftMarkUses(ruleset.value ?? '', nftTableName));
  for (const { program, tables } of iptables) {
    const names = await files.readText(tables);
    if (!names.ok) return names;
    const isLegacy = (names.value ?? '').trim() !== '';
    if (!isLegacy && ruleset.value !== null) continue;
    // Where iptables itself writes to nftables, its older form has a name of its own.
    const older = isLegacy ? await print(exec, [`${program}-legacy-save`]) : ok(null);
    const saved = older.ok && older.value === null ? await print(exec, [`${program}-save`]) : older;
    if (!saved.ok) return saved;
    uses.push(...iptablesMarkUses(saved.value ?? '', program));
  }
  return ok(uses);
}

/** The older iptables lists here which tables the kernel has; to print one that it has not would load it. */
const iptables = [
  { program: 'iptables', tables: '/proc/net/ip_tables_names' },
  { program: 'ip6tables', tables: '/proc/net/ip6_tables_names' },
] as const;

/** What nft and iptables say of a kernel without the one or the other. */
const isLacking = /not supported|No such file or directory|does not exist/;

/** Standard output; null where there is no such program, or nothing in the kernel for it. */
async function print(exec: Looking['exec'], argv: readonly string[]): Promise<Result<string | null>> {
  const run = await exec.run(argv, { timeout });
  if (!run.ok) return run.problem.code === 'command-missing' ? ok(null) : run;
  const { exitCode, stdout, stderr } = run.value;
  if (exitCode === 0) return ok(stdout);
  if (isLacking.test(stderr)) return ok(null);
  return fail('command-failed', argv.join(' '), stderr.trim().split('\n')[0] ?? `exit code ${exitCode}`);
}
