import { fail, ok, type Result } from '../../model/problem.ts';
import type { Stack } from '../../model/stack.ts';
import type { Files } from '../../ports/files.ts';
import type { Ports } from '../../ports/ports.ts';

/** What the service manager says of one unit; not there: neither. */
export interface Service {
  readonly loaded: boolean;
  /** Running or waiting, or started at boot. */
  readonly on: boolean;
  /** Started at boot. */
  readonly enabled: boolean;
}

/**
 * Asks systemd for several units in one process (`-p` once each: lists of properties came later). Errors:
 * `command-missing` (also where systemd is not PID 1), `command-failed`, `command-timeout`.
 */
export async function askServices(
  exec: Pick<Ports['exec'], 'run'>,
  init: Stack['init'],
  units: readonly string[],
): Promise<Result<ReadonlyMap<string, Service>>> {
  if (init !== 'systemd') return fail('command-missing', 'systemctl', 'systemd does not run here');
  const properties = ['LoadState', 'ActiveState', 'UnitFileState'].flatMap((name) => ['-p', name]);
  const argv = ['systemctl', 'show', ...properties, ...units];
  const run = await exec.run(argv);
  if (!run.ok) return run;
  const blocks = run.value.stdout
    .split(/\n\s*\n/)
    .map((block) => block.trim())
    .filter((block) => block !== '');
  if (run.value.exitCode !== 0 || blocks.length !== units.length) {
    const said = run.value.stderr.trim().split('\n')[0] ?? '';
    return fail('command-failed', 'systemctl show', said === '' ? 'did not answer for every unit' : said);
  }
  return ok(new Map(units.map((unit, index) => [unit, parseService(blocks[index] ?? '')])));
}

function parseService(block: string): Service {
  const has = (property: string, ...values: readonly string[]): boolean => {
    const found = block.split('\n').find((line) => line.startsWith(`${property}=`));
    return values.includes(found?.slice(property.length + 1).trim() ?? '');
  };
  const enabled = has('UnitFileState', 'enabled', 'enabled-runtime', 'linked', 'alias');
  const active = has('ActiveState', 'active', 'activating', 'reloading');
  return { loaded: has('LoadState', 'loaded'), on: enabled || active, enabled };
}

/** Where SysV keeps the start links of run level 3 (Red Hat, SUSE) or 2 (Debian). */
const runLevels = ['/etc/rc3.d', '/etc/rc.d/rc3.d', '/etc/init.d/rc3.d', '/etc/rc2.d'];

/** Whether enid is started at boot. Errors: `file-unreadable`, `command-missing` (nothing starts services here). */
export async function startsAtBoot(
  files: Pick<Files, 'list'>,
  init: Stack['init'],
  services: Result<ReadonlyMap<string, Service>>,
): Promise<Result<boolean>> {
  if (init === 'systemd') {
    return services.ok ? ok(services.value.get('enid.service')?.enabled === true) : services;
  }
  let levels = 0;
  for (const directory of runLevels) {
    const links = await files.list(directory);
    if (!links.ok) return links;
    if (links.value === null) continue;
    levels++;
    if (links.value.some(({ name }) => /^S\d\denid$/.test(name))) return ok(true);
  }
  if (levels === 0) return fail('command-missing', 'init', 'no service manager that is known runs here');
  return ok(false);
}
