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
const route: Difference = {
  kind: 'route-missing',
  mac,
  text: 'route missing',
  mend: [{ family: 'ipv4', line: 'route replace default via 10.0.1.253 dev eth1 table 21001' }],
};
const down: Difference = {
  kind: 'link-down',
  mac,
  text: 'eth1 is down',
  mend: [{ family: 'link', line: 'link set dev eth1 up' }],
};
const fresh = (): Pick<Session, 'repairs' | 'attempts' | 'linkLosses'> => ({
  repairs: new Map(),
  attempts: new Map(),
  linkLosses: new Map(),
});

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

  it('never call contested what went with the link, however often the link is lost', () => {
    const memory = fresh();
    for (const second of [...Array(10).keys()]) {
      memory.linkLosses.set('eth1', second * 1000);
      expect(dueRepairs([route], memory, second * 1000 + 10)).toMatchObject({ due: [route], contested: [] });
      noteRepairs([route], memory, second * 1000 + 10);
    }
  });

  it('call contested what is undone while the link stays, and rules whatever the link does', () => {
    const memory = fresh();
    memory.linkLosses.set('eth1', 0);
    for (const second of [1, 2, 3]) noteRepairs([route, rule], memory, second * 1000);
    expect(dueRepairs([route, rule], memory, 4000).contested).toEqual([route, rule]);
    memory.linkLosses.set('eth2', 5000);
    expect(dueRepairs([route], memory, 6000).contested).toEqual([route]);
    memory.linkLosses.set('eth1', 7000);
    expect(dueRepairs([route, rule], memory, 8000)).toMatchObject({ due: [route], contested: [rule] });
  });

  it('never call contested what comes and goes by turns, and what is undone in one direction they do', () => {
    const memory = fresh();
    const comes = { ...rule, text: 'rule R is missing' };
    const goes = { ...rule, kind: 'rule-surplus' as const, text: 'rule R is left' };
    for (let second = 0; second < 40; second += 2) {
      expect(dueRepairs([comes], memory, second * 1000).due).toEqual([comes]);
      noteRepairs([comes], memory, second * 1000);
      expect(dueRepairs([goes], memory, second * 1000 + 500).due).toEqual([goes]);
      noteRepairs([goes], memory, second * 1000 + 500);
    }
    for (const second of [50, 51, 52]) noteRepairs([comes], memory, second * 1000);
    expect(dueRepairs([comes], memory, 53_000).contested).toEqual([comes]);
  });

  it('leave a link down that somebody keeps down, and what is by it, until it is up', () => {
    const memory = fresh();
    for (const second of [1, 2, 3]) noteRepairs([down, route], memory, second * 1000);
    memory.linkLosses.set('eth1', 4000);
    expect(dueRepairs([down, route, rule], memory, 5000)).toEqual({
      due: [rule],
      contested: [down],
      waiting: [route],
    });
    expect(dueRepairs([route, rule], memory, 6000).due).toEqual([route, rule]);
  });
});
