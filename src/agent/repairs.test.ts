import { describe, expect, it } from 'vitest';
import type { Difference } from '../model/difference.ts';
import type { Mac } from '../model/mac.ts';
import { dueRepairs, noteRepairs } from './repairs.ts';
import type { Session } from './session.ts';

const mac = '00:16:3e:00:00:01' as Mac;
const rule: Difference = {
  kind: 'rule-missing',
  mac,
  text: 'rule missing',
  mend: [{ family: 'ipv4', line: 'rule add from 10.0.1.5/32 lookup 21001 priority 21001' }],
};
const lease: Difference = { kind: 'address-missing', mac, text: 'no lease', mend: [] };
const fresh = (): Pick<Session, 'repairs' | 'attempts'> => ({ repairs: new Map(), attempts: new Map() });

describe('repairs', () => {
  it('stop after three of one thing in ten minutes, and start again when the ten minutes are over', () => {
    const memory = fresh();
    for (const minute of [0, 1, 2]) {
      expect(dueRepairs([rule], memory, minute * 60_000).due).toEqual([rule]);
      noteRepairs([rule], memory, minute * 60_000);
    }
    expect(dueRepairs([rule], memory, 3 * 60_000)).toMatchObject({ due: [], contested: [rule] });
    expect(dueRepairs([rule], memory, 10 * 60_000 + 1).due).toEqual([rule]);
  });

  it('try a missing lease again after 1, 2, 4 … minutes, and never call it contested', () => {
    const memory = fresh();
    let now = 0;
    for (const wait of [1, 2, 4, 8, 16, 16]) {
      noteRepairs([lease], memory, now);
      expect(dueRepairs([lease], memory, now + wait * 60_000 - 1)).toMatchObject({
        due: [],
        waiting: [lease],
      });
      now += wait * 60_000;
      expect(dueRepairs([lease], memory, now)).toMatchObject({ due: [lease], contested: [] });
    }
  });
});
