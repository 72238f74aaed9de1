import { describe, expect, it } from 'vitest';
import type { DesiredSysctl } from '../model/desired.ts';
import type { Mac } from '../model/mac.ts';
import { emptyMemory, memoryFiles } from '../transaction/testing.ts';
import { holdSysctls, planSysctls } from './sysctls.ts';

const key = 'net/ipv4/conf/eth0/arp_ignore';
const desired: readonly DesiredSysctl[] = [{ key, value: '1', mac: '00:16:3e:00:00:01' as Mac }];

describe('planSysctls', () => {
  it('remembers what was there before it sets a value', () => {
    const plan = planSysctls(desired, new Map(), new Map([[key, '0']]));
    expect(plan.set).toEqual([{ key, value: '1', current: '0' }]);
    expect(plan.kept.get(key)).toEqual({ former: '0', ours: '1' });
  });

  it('keeps the first former value over repairs', () => {
    const plan = planSysctls(desired, new Map([[key, { former: '0', ours: '1' }]]), new Map([[key, '2']]));
    expect(plan.kept.get(key)).toEqual({ former: '0', ours: '1' });
  });

  it('puts the former value back when it is no longer wanted', () => {
    const plan = planSysctls([], new Map([[key, { former: '0', ours: '1' }]]), new Map([[key, '1']]));
    expect(plan.set).toEqual([{ key, value: '0', current: '1' }]);
    expect(plan.kept.size).toBe(0);
  });

  it.each([['2'], [null]])('leaves a value alone that is no longer ours: %s', (current) => {
    const plan = planSysctls([], new Map([[key, { former: '0', ours: '1' }]]), new Map([[key, current]]));
    expect(plan.set).toEqual([]);
    expect(plan.kept.size).toBe(0);
  });

  it('does nothing for a key the kernel does not have, or that is right already', () => {
    expect(planSysctls(desired, new Map(), new Map([[key, null]])).set).toEqual([]);
    expect(planSysctls(desired, new Map(), new Map([[key, '1']])).set).toEqual([]);
  });
});

describe('holdSysctls', () => {
  it.each([
    ['what was set is set again, and its former value stays the first', { former: '0', ours: '1' }, '0'],
    ['what was right by chance is set now, and remembered', undefined, '2'],
  ])('%s', async (_case, before, former) => {
    const memory = memoryFiles(emptyMemory());
    const files = {
      ...memory,
      poke: (path: string, text: string) => memory.write(path, text, { mode: 0o644 }),
    };
    await files.poke(`/proc/sys/${key}`, '2');
    const held = await holdSysctls(files, desired, new Map(before === undefined ? [] : [[key, before]]));
    expect(held).toMatchObject({ ok: true, value: { kept: new Map([[key, { former, ours: '1' }]]) } });
    expect(await files.readText(`/proc/sys/${key}`)).toMatchObject({ value: '1' });
  });
});
