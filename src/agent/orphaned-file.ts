import type { Config } from '../model/config.ts';
import type { KernelState } from '../model/kernel.ts';
import { fail, type Result } from '../model/problem.ts';
import type { Stack } from '../model/stack.ts';
import type { State } from '../model/state.ts';

/**
 * Files of ours for a network service are not dropped because none was found running: at a boot with other names than before
 * it may have brought up another NIC instead of the primary. `primary`: its name. Error: `stack-unknown`; null where no
 * such file is left behind.
 */
export function orphanedFile(
  config: Pick<Config, 'stack'>,
  stack: Pick<Stack, 'id'>,
  files: State['files'],
  primary: string | null,
  kernel: Pick<KernelState, 'addresses'>,
): Result<never> | null {
  const file = [...files.values()].find(({ mac }) => mac !== null);
  if (config.stack !== 'auto' || stack.id !== 'none' || file === undefined) return null;
  const message = 'is for a network service, and none was found that holds the primary';
  const isUp = kernel.addresses.some(({ link, scope }) => link === primary && scope === 'global');
  const advice =
    isUp || primary === null
      ? 'see `enid detect`, or set `stack` in the configuration'
      : `bring ${primary} up, and enid goes on: does the file that configures it go by the name of another NIC?`;
  return fail('stack-unknown', file.path, message, advice);
}
