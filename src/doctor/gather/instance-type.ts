import { openClient } from '../../metadata/alibaba/client.ts';
import { endpoints } from '../../metadata/alibaba/endpoints.ts';
import type { MetadataSession } from '../../metadata/session.ts';
import type { Config } from '../../model/config.ts';
import { fail, ok, type Result } from '../../model/problem.ts';
import type { Ports } from '../../ports/ports.ts';

const path = '/latest/meta-data/instance/instance-type';

/**
 * The type of the instance, asked from the cloud that this process just read its metadata from: one request with a token
 * on Alibaba Cloud, not asked elsewhere. Errors: `metadata-not-found` and those of the Alibaba client.
 */
export async function readInstanceType(
  ports: Pick<Ports, 'http' | 'files' | 'exec' | 'clock' | 'log'>,
  config: Config,
  session: MetadataSession,
): Promise<Result<string>> {
  const place = 'instance type';
  const provider = session.opened?.provider.id ?? null;
  if (provider !== 'alibaba') {
    return fail('metadata-not-found', place, `${provider ?? 'an unknown cloud'} is not asked for it`);
  }
  const settings = config.metadata;
  const base = settings.endpoint ?? endpoints.ipv4;
  const { http, files, exec, clock, log } = ports;
  const client = openClient({ http, files, exec, clock, log, settings, endpoint: settings.endpoint }, base);
  const text = await client.get(path, { deadline: clock.monotonic() + settings.timeout });
  if (!text.ok) return text;
  const type = text.value?.trim() ?? '';
  // e.g. ecs.g7.large, ecs.t5-lc1m1.small
  if (/^[a-z0-9][a-z0-9.-]{0,63}$/i.test(type)) return ok(type);
  return fail('metadata-not-found', place, type === '' ? 'the service does not tell it' : 'is no type');
}
