import { fail, type Result } from '../../model/problem.ts';
import { parseJson } from '../json.ts';

/** The two documents that are read, by their names below `openstack/latest` of the service and of the drive. */
export const documents = { network: 'network_data.json', instance: 'meta_data.json' } as const;

/** The text of one document as plain data. Errors: `metadata-empty`, `metadata-malformed`, each naming `place`. */
export function readDocument(text: string, place: string): Result<unknown> {
  if (text.trim() === '') return fail('metadata-empty', place, 'the answer is empty');
  if (/^\s*</.test(text))
    return fail('metadata-malformed', place, 'a page of HTML came back in place of metadata');
  return parseJson(text, place);
}
