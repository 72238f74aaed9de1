import { printable } from '../model/mac.ts';
import { fail, ok, type Result } from '../model/problem.ts';

/**
 * Reads JSON (RFC 8259) that a person may have written. Errors: `metadata-malformed` at `place:line:column`, both counted
 * from 1, where the text stops being JSON: what engines say of the place themselves differs, and some say nothing.
 */
export function parseJson(text: string, place: string): Result<unknown> {
  try {
    return ok(JSON.parse(text) as unknown);
  } catch {
    const { offset, wanted } = jsonFault(text);
    const before = text.slice(0, offset).split('\n');
    const at = `${place}:${before.length}:${(before[before.length - 1] ?? '').length + 1}`;
    const found = text.slice(offset, offset + 1);
    const seen = found === '' ? 'the text ends' : `"${printable(found)}" stands`;
    return fail('metadata-malformed', at, `not JSON: ${seen} where ${wanted} is expected`);
  }
}

interface Fault {
  readonly offset: number;
  /** For people. */
  readonly wanted: string;
}

/** A token after white space: punctuation, a string, or a number or word. */
const token =
  /[ \t\r\n]*(?:(?<sign>[{}[\],:])|(?<text>"(?:[ !#-[\]-\uffff]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*")|(?<word>-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null))/y;
const blank = /[ \t\r\n]*/y;

const wants = {
  value: 'a value',
  item: 'a value or ]',
  key: 'a key in double quotes',
  entry: 'a key in double quotes or }',
  colon: ':',
  more: ', or the closing bracket',
  end: 'nothing more',
} as const;

type Want = keyof typeof wants;

/** Walks over the tokens as far as they can follow each other. */
function jsonFault(text: string): Fault {
  const open: string[] = [];
  let want: Want = 'value';
  let offset = 0;
  for (;;) {
    token.lastIndex = offset;
    const found = token.exec(text)?.groups;
    const next: Want | null = found === undefined ? null : following(want, found, open);
    if (next === null) {
      blank.lastIndex = offset;
      return { offset: offset + (blank.exec(text)?.[0].length ?? 0), wanted: wants[want] };
    }
    want = next;
    offset = token.lastIndex;
  }
}

type Found = Readonly<Record<string, string | undefined>>;

/** What is wanted after this token; null where it cannot stand. Keeps the open brackets. */
function following(want: Want, found: Found, open: string[]): Want | null {
  const { sign, text } = found;
  const after = () => (open.length === 0 ? 'end' : 'more');
  const closes = (bracket: string) => sign === bracket && open.pop() !== undefined;
  switch (want) {
    case 'item':
    case 'value':
      if (want === 'item' && closes(']')) return after();
      if (sign === '{' || sign === '[') {
        open.push(sign);
        return sign === '{' ? 'entry' : 'item';
      }
      return sign === undefined ? after() : null;
    case 'entry':
    case 'key':
      if (want === 'entry' && closes('}')) return after();
      return text === undefined ? null : 'colon';
    case 'colon':
      return sign === ':' ? 'value' : null;
    case 'more': {
      const isObject = open[open.length - 1] === '{';
      if (sign === ',') return isObject ? 'key' : 'value';
      return closes(isObject ? '}' : ']') ? after() : null;
    }
    case 'end':
      return null;
  }
}
