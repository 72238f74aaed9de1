import { describe, expect, it } from 'vitest';
import type { Session } from './session.ts';
import { isResting, refusalAfter, refusalAt } from './setbacks.ts';

const timeout = { code: 'command-timeout' } as const;

function memory(): Pick<Session, 'setbacks'> {
  return { setbacks: new Map() };
}

describe('a plan that was put back', () => {
  it.each([['only asked' as const], [timeout]])(
    'rests for 15, 30, 60 s and at last for 16 minutes where it was slow: %o',
    (why) => {
      const session = memory();
      for (const rest of [15, 30, 60, 120, 240, 480, 960, 960]) {
        expect(refusalAfter(session, 'a', why, 1_000_000)).toBe(null);
        expect(isResting(session, 'a', 1_000_000 + rest * 1000 - 1)).toBe(true);
        expect(isResting(session, 'a', 1_000_000 + rest * 1000)).toBe(false);
      }
      expect(isResting(session, 'b', 1_000_000)).toBe(false);
    },
  );

  it.each([[{ code: 'harm' } as const], [{ code: 'rejected-by-consumer' } as const]])(
    'is not tried again for any other reason: %o',
    (why) => {
      const session = memory();
      expect(refusalAfter(session, 'a', why, 0)).toBe('a');
      expect(isResting(session, 'a', 0)).toBe(false);
    },
  );

  it('is refused until another plan is made, and drift alone makes none', () => {
    expect(refusalAt('a', 'a', { kind: 'link' })).toBe('a');
    expect(refusalAt('a', 'b', { kind: 'drift' })).toBe('a');
    for (const kind of ['link', 'metadata', 'config', 'boot', 'signal', 'manual'] as const)
      expect(refusalAt('a', 'b', { kind })).toBe(null);
    expect(refusalAt(null, 'b', { kind: 'link' })).toBe(null);
  });
});
