import type { MetadataSession } from '../../metadata/session.ts';
import type { Config } from '../../model/config.ts';
import { fail, ok, type Result } from '../../model/problem.ts';
import type { Ports } from '../../ports/ports.ts';

/**
 * The type of the instance, asked from the cloud that this process just read its metadata from: one request, and one
 * for a token where it gives them. Errors: `metadata-not-found` and those of the provider.
 */
export async function readInstanceType(
  ports: Pick<Ports, 'http' | 'files' | 'exec' | 'clock' | 'log'>,
  config: Config,
  session: MetadataSession,
): Promise<Result<string>> {
  const place = 'instance type';
  const provider = session.opened?.provider;
  if (provider?.instanceType === undefined) {
    return fail('metadata-not-found', place, `${provider?.id ?? 'an unknown cloud'} is not asked for it`);
  }
  const { http, files, exec, clock, log } = ports;
  const settings = config.metadata;
  const context = { http, files, exec, clock, log, settings, endpoint: settings.endpoint };
  const deadline = clock.monotonic() + settings.timeout;
  const text = await provider.instanceType(context, { deadline });
  if (!text.ok) return text;
  const type = text.value?.trim() ?? '';
  // e.g. ecs.g7.large, ecs.t5-lc1m1.small, s3.medium.2, m2a.large
  if (/^[a-z0-9][a-z0-9._-]{0,63}$/i.test(type)) return ok(type);
  return fail('metadata-not-found', place, type === '' ? 'the service does not tell it' : 'is no type');
}
