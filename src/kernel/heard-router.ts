import { type Address, parseAddress } from '../model/address.ts';
import { printable } from '../model/mac.ts';
import { fail, ok, type Result } from '../model/problem.ts';
import type { Exec } from '../ports/exec.ts';

/**
 * The router that a link has heard an advertisement of, by its link-local address; null: none (yet). The kernel marks such a
 * neighbour also where it takes nothing of what is advertised, with accept_ra=0 (kernel: ndisc_router_discovery, which goes on to
 * the options of the message). Of several the lowest address. Errors: `command-missing`, `command-timeout`, `command-failed`.
 */
export async function heardRouter(exec: Pick<Exec, 'run'>, device: string): Promise<Result<Address | null>> {
  const argv = ['ip', '-6', 'neigh', 'show', 'dev', device, 'nud', 'all'];
  const run = await exec.run(argv);
  if (!run.ok) return run;
  const { exitCode, stdout, stderr } = run.value;
  // It went a moment ago.
  if (exitCode !== 0 && stderr.includes('Cannot find device')) return ok(null);
  if (exitCode !== 0) return fail('command-failed', argv.join(' '), printable(stderr.trim()));
  return ok(routersIn(stdout)[0] ?? null);
}

/** The neighbours of `ip -6 neigh show` (ip-neighbour(8)) that are routers, sorted. */
export function routersIn(text: string): readonly Address[] {
  return text
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter((words) => words.includes('router') && !words.includes('FAILED'))
    .flatMap(([first = '']) => {
      const address = parseAddress(first, '', 'ipv6');
      return address.ok && address.value.startsWith('fe80:') ? [address.value] : [];
    })
    .sort();
}
