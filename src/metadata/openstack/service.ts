import { fail, ok, type Result } from '../../model/problem.ts';
import type { Budget, FetchContext, Raw } from '../provider.ts';
import { ask } from '../request.ts';
import { documents, readDocument } from './documents.ts';

/**
 * One read of the metadata service at `base`: two requests. Without network_data.json there is no network
 * (`metadata-not-found`: services older than OpenStack's Liberty of 2015); without meta_data.json the instance has no name.
 * Errors: those of {@link ask}, `metadata-empty`, `metadata-malformed` (HTML, no JSON, another status).
 */
export async function readService(context: FetchContext, base: string, budget: Budget): Promise<Result<Raw>> {
  const directory = `${base}/openstack/latest`;
  const network = await get(context, `${directory}/${documents.network}`, budget);
  if (!network.ok) return network;
  if (network.value === null) {
    return fail(
      'metadata-not-found',
      `${directory}/${documents.network}`,
      'the service does not know it (404)',
    );
  }
  const instance = await get(context, `${directory}/${documents.instance}`, budget);
  if (!instance.ok) return instance;
  const [networkData, metaData] = [network.value.document, instance.value?.document ?? null];
  return ok({
    source: directory,
    tree: { [documents.network]: networkData, [documents.instance]: metaData },
  });
}

/**
 * The name of the flavor, from the EC2-like tree beside the documents (nova, api/metadata/base.py; Huawei, "Obtaining ECS
 * Details Using Metadata"); null: not told. Errors: those of {@link ask}, `metadata-malformed`.
 */
export function readInstanceType(
  context: FetchContext,
  base: string,
  budget: Budget,
): Promise<Result<string | null>> {
  return getText(context, `${base}/latest/meta-data/instance-type`, budget);
}

/** Null: 404. A document may itself be `null`, so it comes in a box. */
async function get(
  context: FetchContext,
  url: string,
  budget: Budget,
): Promise<Result<{ readonly document: unknown } | null>> {
  const text = await getText(context, url, budget);
  if (!text.ok || text.value === null) return text.ok ? ok(null) : text;
  const document = readDocument(text.value, url);
  return document.ok ? ok({ document: document.value }) : document;
}

/** Null: 404. */
async function getText(context: FetchContext, url: string, budget: Budget): Promise<Result<string | null>> {
  const { http, clock, settings } = context;
  const answer = await ask({ http, clock, timeout: settings.timeout }, { url }, budget);
  if (!answer.ok) return answer;
  const { status, body } = answer.value;
  if (status === 404) return ok(null);
  if (status !== 200)
    return fail('metadata-malformed', url, `the service answered ${status}, which it never does`);
  return ok(body);
}
