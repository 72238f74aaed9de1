import { fail, ok, type Result } from '../../model/problem.ts';
import { parseInstance } from '../instance-schema.ts';
import { parseJson } from '../json.ts';
import type { FetchContext, Provider, Raw } from '../provider.ts';

/**
 * Reads a saved `enid metadata --json` (`metadata.file`) in place of a cloud: for clouds that enid does not know, and for
 * tests. One read counts: a file is replaced when somebody means it, and half of one is no JSON.
 */
export const savedFile: Provider = {
  id: 'file',
  title: 'a saved file',
  endpoint: null,
  agreeingReads: 1,
  remedy: 'correct the file (its form is that of `enid metadata --json`); until then nothing is changed',
  detect: () => null,
  open: (context) => () => readFile(context),
  parse: (raw) => parseInstance(raw.tree, raw.source),
};

/** What cannot be read, for whatever reason, is unknown: the code says metadata, the message why. */
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
  if (!text.ok) return fail('metadata-unreachable', path, text.problem.message, text.problem.advice);
  if (text.value === null) {
    const advice = 'put the file back, or name another in metadata.file; until then nothing is changed';
    return fail('metadata-not-found', path, 'there is no such file', advice);
  }
  if (text.value.trim() === '') return fail('metadata-empty', path, 'the file is empty');
  const tree = parseJson(text.value, path);
  return tree.ok ? ok({ source: path, tree: tree.value }) : tree;
}
