import { fail, ok, type Result } from '../../model/problem.ts';
import { parseInstance } from '../instance-schema.ts';
import type { FetchContext, Provider, Raw } from '../provider.ts';

/** Reads a saved `enid metadata --json` (`metadata.file`) in place of a cloud: for machines without one, and for tests. */
export const savedFile: Provider = {
  id: 'file',
  title: 'a saved file',
  endpoint: null,
  detect: () => null,
  open: (context) => () => readFile(context),
  parse: (raw) => parseInstance(raw.tree, raw.source),
};

async function readFile({ files, settings }: FetchContext): Promise<Result<Raw>> {
  const path = settings.file;
  if (path === null) {
    return fail(
      'config-invalid',
      'metadata.file',
      'provider file needs it',
      'set it to a saved `enid metadata --json`',
    );
  }
  const text = await files.readText(path);
  if (!text.ok) return text;
  if (text.value === null) return fail('metadata-not-found', path, 'there is no such file');
  if (text.value.trim() === '') return fail('metadata-empty', path, 'the file is empty');
  return parseJson(text.value, path);
}

function parseJson(text: string, source: string): Result<Raw> {
  try {
    return ok({ source, tree: JSON.parse(text) as unknown });
  } catch {
    return fail('metadata-malformed', source, 'not JSON');
  }
}
