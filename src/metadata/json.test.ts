import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseJson } from './json.ts';

describe('JSON that a person wrote', () => {
  it.each([
    ['nothing', '', '1:1', 'the text ends where a value'],
    ['a word', 'yes', '1:1', '"y" stands where a value'],
    ['a comma too many in a list', '{\n  "a": [1, 2,]\n}', '2:14', '"]" stands where a value'],
    ['a comma too many in an object', '{"a": 1,\n}', '2:1', '"}" stands where a key'],
    ['a comma that lacks', '{\n  "a": 1\n  "b": 2\n}', '3:3', '"\\"" stands where , or the closing bracket'],
    ['a key without quotes', '{a: 1}', '1:2', '"a" stands where a key in double quotes or }'],
    ['single quotes', "{'a': 1}", '1:2', '"\'" stands where a key in double quotes or }'],
    ['no colon', '{"a" 1}', '1:6', '"1" stands where :'],
    ['a comment', '{} // so\n', '1:4', '"/" stands where nothing more'],
    ['the wrong bracket', '{"a": [1}', '1:9', '"}" stands where , or the closing bracket'],
    ['text that is cut off', '{\n  "a": {\n    "b": "c', '3:10', '"\\"" stands where a value'],
    ['an object that is cut off', '{\n  "a": 1\n', '3:1', 'the text ends where , or the closing bracket'],
    ['a number with a leading zero', '[01]', '1:3', '"1" stands where , or the closing bracket'],
    ['a line end in a text', '["a\nb"]', '1:2', '"\\"" stands where a value or ]'],
    ['two documents', '{}\n{}', '2:1', '"{" stands where nothing more'],
    ['a byte order mark', '\ufeff{}', '1:1', 'where a value'],
  ])('%s', (_, text, at, message) => {
    const read = parseJson(text, '/srv/network.json');

    expect(read).toMatchObject({
      ok: false,
      problem: { code: 'metadata-malformed', place: `/srv/network.json:${at}` },
    });
    expect(!read.ok && read.problem.message).toContain(message);
  });

  it('is read as the engine reads it, and of the rest some place within the text is named', () => {
    const damaged = fc
      .tuple(fc.jsonValue(), fc.nat(), fc.constantFrom('', '{', '}', '[', ']', ',', ':', '"', 'x', '\n'))
      .map(([value, pick, put]) => {
        const text = JSON.stringify(value, null, 1);
        const at = pick % (text.length + 1);
        return text.slice(0, at) + put + text.slice(at + 1);
      });
    fc.assert(
      fc.property(damaged, (text) => {
        const read = parseJson(text, 'x');
        if (read.ok) {
          expect(read.value).toEqual(JSON.parse(text));
          return;
        }
        const [, line, column] = /^x:(\d+):(\d+)$/.exec(read.problem.place) ?? [];
        const lines = text.split('\n');
        expect(Number(line)).toBeLessThanOrEqual(lines.length);
        expect(Number(column)).toBeLessThanOrEqual((lines[Number(line) - 1] ?? '').length + 1);
      }),
      { numRuns: 500 },
    );
  });
});
