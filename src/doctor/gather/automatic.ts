import { fail, ok, type Result } from '../../model/problem.ts';
import type { Stack } from '../../model/stack.ts';
import type { Ports } from '../../ports/ports.ts';
import type { AutomaticProfile } from '../findings.ts';

/**
 * Profiles in use that NetworkManager made up, known by their name; none where NetworkManager is not in charge. `nmcli -t`
 * separates by colons and escapes those within (nmcli(1)). Errors: `command-missing`, `command-failed`, `command-timeout`.
 */
export async function findAutomatic(
  exec: Pick<Ports['exec'], 'run'>,
  stack: Pick<Stack, 'id' | 'renderer'>,
): Promise<Result<readonly AutomaticProfile[]>> {
  if (stack.id !== 'networkmanager' && stack.renderer !== 'networkmanager') return ok([]);
  const argv = ['nmcli', '-t', '-f', 'NAME,DEVICE', 'connection', 'show', '--active'];
  const run = await exec.run(argv);
  if (!run.ok) return run;
  if (run.value.exitCode !== 0) {
    return fail('command-failed', argv.join(' '), run.value.stderr.trim().split('\n')[0] ?? '');
  }
  return ok(
    run.value.stdout.split('\n').flatMap((line): AutomaticProfile[] => {
      const [, profile, device] = /^(Wired connection \d+):(.+)$/.exec(line) ?? [];
      return profile === undefined || device === undefined ? [] : [{ profile, device }];
    }),
  );
}
