import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lineLog, logLine } from './log.ts';

test('one line an event, values with spaces quoted', () => {
  expect(
    logLine('applied', { link: 'eth1', why: 'eth1 appeared', ms: 412, none: null, left: undefined }),
  ).toBe('applied link=eth1 why="eth1 appeared" ms=412 none=null');
});

test('nothing in message or fields begins another line', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (message, value) => {
      expect(logLine(message, { value })).not.toMatch(/[\n\r\u2028\u0085]/);
    }),
  );
});

test('priorities for a service manager, words for a terminal', () => {
  const lines: string[] = [];
  const write = (line: string) => lines.push(line);
  const machine = lineLog({ level: 'warn', priority: true, write });
  const person = lineLog({ level: 'debug', priority: false, write });

  machine.error('a');
  machine.warn('b', { x: 1 });
  machine.info('not shown');
  person.warn('c');
  person.info('d');
  person.debug('e');

  expect(lines).toEqual(['<3>a\n', '<4>b x=1\n', 'warn: c\n', 'd\n', 'debug: e\n']);
});
