import { printable } from '../model/mac.ts';
import { fail, ok, type Result } from '../model/problem.ts';
import type { Evidence } from '../model/stack.ts';
import type { Files } from '../ports/files.ts';
import { dmiDirectory, readDmi } from './dmi.ts';
import type { Provider } from './provider.ts';

export interface Choice {
  readonly provider: Provider;
  /** Why this one; the first line decided. */
  readonly evidence: readonly Evidence[];
}

/**
 * The provider named in the configuration, or, for `auto`, the first of the list that the firmware's tables name.
 * Nothing is sent anywhere to find out. Errors: `config-invalid` (no such provider), `provider-unknown`.
 */
export async function chooseProvider(
  files: Pick<Files, 'readText'>,
  setting: string,
  providers: readonly Provider[],
): Promise<Result<Choice>> {
  const known = providers.map((one) => one.id).join(', ');
  if (setting !== 'auto') {
    const provider = providers.find((one) => one.id === setting);
    if (provider === undefined) {
      return fail(
        'config-invalid',
        'provider',
        `there is no provider "${printable(setting)}"`,
        `allowed: auto, ${known}`,
      );
    }
    return ok({
      provider,
      evidence: [{ what: 'provider', found: setting, means: 'set in the configuration' }],
    });
  }
  const dmi = await readDmi(files);
  for (const provider of providers) {
    const evidence = provider.detect(dmi);
    if (evidence !== null) return ok({ provider, evidence: [evidence] });
  }
  const found = [...dmi].map(([field, value]) => `${field}="${printable(value)}"`).join(' ');
  const message =
    found === '' ? 'the firmware tells nothing about the machine' : `no cloud known to enid: ${found}`;
  return fail(
    'provider-unknown',
    dmiDirectory,
    message,
    `set provider in the configuration to one of ${known}`,
  );
}
