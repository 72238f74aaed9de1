import { expect, it } from 'vitest';
import { refusalAfter } from './setbacks.ts';

const timeout = { code: 'command-timeout' } as const;

it.each([['only asked'] as const, [timeout] as const])('%o counts at the third time', (why) => {
  const session = { setbacks: new Map<string, number>() };
  const kept = [1, 2, 3, 4].map(() => refusalAfter(session, 'a', why));
  expect(kept).toEqual([null, null, 'a', 'a']);
  expect(refusalAfter(session, 'b', why)).toBe(null);
});

it.each([[{ code: 'harm' } as const], [{ code: 'rejected-by-consumer' } as const]])(
  '%o counts at once',
  (why) => {
    expect(refusalAfter({ setbacks: new Map() }, 'a', why)).toBe('a');
  },
);
