import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { anAddress, instances } from '../metadata/testing.ts';
import { hostPrefix } from '../model/address.ts';
import { type Mac, parseMac } from '../model/mac.ts';
import { emptyState, type State } from '../model/state.ts';
import { nodeFiles } from '../ports/node/files.ts';
import { loadState, parseState, statePath } from './load.ts';
import { printState, saveState, setAsideState } from './save.ts';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'enid-state-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function anyMac(text: string): Mac {
  const read = parseMac(text, '');
  if (!read.ok) throw new Error(read.problem.message);
  return read.value;
}

const macs = fc
  .integer({ min: 1, max: 0xffffff })
  .map((n) => anyMac(`00163e${n.toString(16).padStart(6, '0')}`));
const paths = fc.stringMatching(/^\/[a-z0-9/._:-]{0,20}[a-z0-9]$/);
const digests = fc.stringMatching(/^[0-9a-f]{64}$/);

const states: fc.Arbitrary<State> = fc
  .record({
    slots: fc
      .uniqueArray(fc.tuple(macs, fc.integer({ min: 1, max: 999 })), {
        selector: ([, slot]) => slot,
        maxLength: 6,
      })
      .map((entries) => new Map(entries)),
    detached: fc.constant(new Map([[anyMac('00163e000007'), '2026-12-01T00:00:00.000Z']])),
    names: fc
      .array(fc.tuple(macs, fc.stringMatching(/^[a-z]{1,3}[0-9]$/)), { maxLength: 4 })
      .map((e) => new Map(e)),
    files: fc
      .array(
        fc.record({
          path: paths,
          digest: digests,
          mode: fc.integer({ min: 0, max: 0o777 }),
          mac: fc.option(macs),
        }),
        {
          maxLength: 5,
        },
      )
      .map((files) => new Map(files.map((file) => [file.path, file]))),
    directories: fc.constant(['/etc/netplan', '/etc/systemd/network/10-netplan-eth1.network.d']),
    sysctls: fc.constant(new Map([['net/ipv4/conf/eth1.100/rp_filter', { former: '1', ours: '2' }]])),
    primaryAddresses: fc
      .uniqueArray(fc.constantFrom(anAddress('10.0.0.21'), anAddress('2001:db8::21')))
      .map((all) => all.sort()),
    addresses: fc.constant(new Map([[anyMac('00163e000009'), [anAddress('10.0.1.21')]]])),
    sources: fc.constant(new Map([[anyMac('00163e000009'), [hostPrefix(anAddress('10.0.1.21'))]]])),
    commons: fc.constant(['ipv4 rule a', 'ipv6 route b']),
    tableBase: fc.option(fc.constant(21000)),
    learned: fc.constant(
      new Map([
        [
          anyMac('00163e000009'),
          {
            ipv4: { address: anAddress('10.0.1.20'), prefixLength: 24, gateway: anAddress('10.0.1.1') },
            ipv6: { address: anAddress('2001:db8::20'), prefixLength: 128, gateway: null },
          },
        ],
      ]),
    ),
    primary: fc.constantFrom(
      null,
      ...(['kernel', 'metadata'] as const).map((by) => ({ mac: anyMac('00163e000009'), by })),
    ),
    believed: fc.option(instances),
    missing: fc.constant(new Map([['x', { reads: 2, since: 'a', last: 'b' }]])),
    refusedPlan: fc.option(digests),
    tornPlan: fc.option(digests),
  })
  .map((state) => ({ schema: 1, ...state }));

describe('state.json', () => {
  it('reads back what it prints, and prints it the same again', () => {
    fc.assert(
      fc.property(states, (state) => {
        const text = printState(state);
        const read = parseState(text);
        expect(read).toEqual({ ok: true, value: state });
        expect(read.ok && printState(read.value)).toBe(text);
      }),
    );
  });

  it('is the empty state where there is none', async () => {
    expect(await loadState(nodeFiles(root))).toEqual({ ok: true, value: emptyState });
  });

  it('is for root alone, and not written again unchanged', async () => {
    const files = nodeFiles(root);
    await saveState(files, emptyState);
    const first = statSync(join(root, statePath));
    await saveState(files, { ...emptyState });
    const second = statSync(join(root, statePath));
    expect([first.mode & 0o7777, second.ino]).toEqual([0o600, first.ino]);
    expect(statSync(join(root, 'var/lib/enid')).mode & 0o7777).toBe(0o700);
    await saveState(files, { ...emptyState, refusedPlan: 'x' });
    expect(await loadState(files)).toMatchObject({ ok: true, value: { refusedPlan: 'x' } });
  });

  const whole = JSON.parse(printState(emptyState));
  it.each<[string, string]>([
    ['an empty file', ''],
    ['a cut-off file', printState(emptyState).slice(0, -4)],
    ['zeroes', '\0\0\0\0'],
    ['a list', '[]'],
    ['null', 'null'],
    ['a later schema', JSON.stringify({ ...whole, schema: 2 })],
    ['an unknown key', JSON.stringify({ ...whole, more: 1 })],
    ['a missing key', JSON.stringify({ ...whole, slots: undefined })],
    ['slot 0', JSON.stringify({ ...whole, slots: { '00:16:3e:00:00:01': 0 } })],
    ['slot 1000', JSON.stringify({ ...whole, slots: { '00:16:3e:00:00:01': 1000 } })],
    ['a slot twice', JSON.stringify({ ...whole, slots: { '00:16:3e:00:00:01': 1, '00:16:3e:00:00:02': 1 } })],
    ['a MAC that is none', JSON.stringify({ ...whole, slots: { eth1: 1 } })],
    [
      'a relative path',
      JSON.stringify({ ...whole, files: { 'etc/x': { digest: 'a'.repeat(64), mode: 420, mac: null } } }),
    ],
    [
      'a digest that is none',
      JSON.stringify({ ...whole, files: { '/etc/x': { digest: 'a', mode: 420, mac: null } } }),
    ],
    [
      'a learned address of the other family',
      JSON.stringify({
        ...whole,
        learned: {
          '00:16:3e:00:00:01': {
            ipv4: { address: '2001:db8::1', prefixLength: 24, gateway: null },
            ipv6: null,
          },
        },
      }),
    ],
    ['half a believed network', JSON.stringify({ ...whole, believed: { schema: 1 } })],
  ])('is corrupt as %s', (_, text) => {
    expect(parseState(text)).toMatchObject({
      ok: false,
      problem: { code: 'state-corrupt', place: statePath },
    });
  });

  it('of 0.1.0 knows no primary by the kernel', () => {
    const { primary, ...former } = whole;

    expect(primary).toBeNull();
    expect(parseState(JSON.stringify(former))).toEqual({ ok: true, value: emptyState });
    expect(parseState(JSON.stringify({ ...whole, primary: { mac: '00:16:3e:00:00:09', by: 'me' } })).ok).toBe(
      false,
    );
  });

  it('of a version that remembered no leases has none', () => {
    const { learned, ...former } = whole;

    expect(learned).toEqual({});
    expect(parseState(JSON.stringify(former))).toEqual({ ok: true, value: emptyState });
  });

  it('of 0.1.0 remembers as set what the metadata and the leases gave the secondaries', () => {
    fc.assert(
      fc.property(states, (state) => {
        const { addresses, sources, ...former } = JSON.parse(printState(state));
        const read = parseState(JSON.stringify(former));
        if (!read.ok) throw new Error(read.problem.message);
        const macs = (state.believed?.interfaces ?? [])
          .map(({ mac }) => mac)
          .filter((mac) => mac !== state.believed?.primaryMac);
        expect(new Set(read.value.addresses.keys())).toEqual(new Set(macs));
        for (const nic of state.believed?.interfaces ?? []) {
          if (nic.mac === state.believed?.primaryMac) continue;
          const listed = nic.ipv4.addresses ?? [];
          expect(read.value.addresses.get(nic.mac)).toEqual(expect.arrayContaining([...listed]));
          expect(read.value.sources.get(nic.mac)).toEqual(expect.arrayContaining(listed.map(hostPrefix)));
        }
        expect([addresses, sources]).not.toContain(undefined);
      }),
    );
  });

  it('never throws, whatever stands in the file', () => {
    fc.assert(
      fc.property(fc.json(), fc.jsonValue(), (text, value) => {
        parseState(text);
        expect(parseState(JSON.stringify({ ...whole, slots: [value] })).ok).toBe(false);
        parseState(JSON.stringify({ ...whole, believed: value, files: value }));
      }),
    );
  });

  it('is moved aside only when asked for', async () => {
    const files = nodeFiles(root);
    await files.write(statePath, 'broken', { mode: 0o600 });
    expect((await loadState(files)).ok).toBe(false);
    expect(readdirSync(join(root, 'var/lib/enid'))).toEqual(['state.json']);
    const aside = await setAsideState(files);
    expect(await files.readText(aside.ok ? (aside.value ?? '') : '')).toEqual({ ok: true, value: 'broken' });
    expect(await loadState(files)).toEqual({ ok: true, value: emptyState });
    expect(await setAsideState(files)).toEqual({ ok: true, value: null });
  });
});
