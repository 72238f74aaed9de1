import { describe, expect, it } from 'vitest';
import { defaultConfig } from '../config/defaults.ts';
import { aFamily, aNic, anInstance } from '../metadata/testing.ts';
import type { Config } from '../model/config.ts';
import type { InstanceInterface, InstanceNetwork } from '../model/instance.ts';
import type { KernelState, Link } from '../model/kernel.ts';
import type { Mac } from '../model/mac.ts';
import { fail } from '../model/problem.ts';
import { emptyState, type State } from '../model/state.ts';
import { kernelOf, linkLines, macOf } from '../verify/testing.ts';
import { type Circumstances, type Ground, type Knowledge, know } from './knowledge.ts';

const eth0 = aNic('00:16:3e:00:00:01', { ipv4: aFamily(['10.0.0.5']) });
const eth1 = aNic('00:16:3e:00:00:02', { ipv4: aFamily(['10.0.1.5']) });
const vlan = { ...eth1, vlan: { parentMac: eth0.mac, id: 100 } };

const at = (second: number) => ({ now: () => new Date(Date.UTC(2025, 0, 1, 0, 0, second)) });
const circumstances: Circumstances = { unread: 'believe', lastProblem: null, removed: new Set() };

function kernelWith(...nics: readonly InstanceInterface[]): KernelState {
  const links = nics.map(({ mac }, index) => ({ name: `eth${index}`, mac, type: 'ether' }) as Link);
  return { links, addresses: [], routes: [], rules: [] };
}

/** The MACs that are believed after one read of eth0 alone, where `former` was believed too. */
function believedOf(former: InstanceInterface, kernel: KernelState): readonly Mac[] {
  const ground = { config: defaultConfig, state: { ...emptyState, believed: anInstance([eth0, former]) } };
  const read = { read: anInstance([eth0]), problem: null };
  const { knowledge } = know(at(0), ground, kernel, read, circumstances);
  return knowledge.ok ? knowledge.value.instance.interfaces.map(({ mac }) => mac) : [];
}

describe('a NIC that one read no longer lists', () => {
  it('is forgotten at once where the kernel does not have it either', () => {
    expect(believedOf(eth1, kernelWith(eth0))).toEqual([eth0.mac]);
  });

  it('waits for a second read while the kernel has it', () => {
    expect(believedOf(eth1, kernelWith(eth0, eth1))).toEqual([eth0.mac, eth1.mac]);
  });

  it('waits for a second read where it is a VLAN, whose link is made here', () => {
    expect(believedOf(vlan, kernelWith(eth0))).toEqual([eth0.mac, vlan.mac]);
  });
});

// The server of verify/testing.ts: eth0 with 10.0.0.10/24 and eth1 with 10.0.1.20/24, each set by its distribution.
const nics = [
  aNic(macOf(0), { ipv4: aFamily(['10.0.0.10'], { prefixLength: 24 }) }),
  aNic(macOf(1), { ipv4: aFamily(['10.0.1.20'], { prefixLength: 24 }) }),
] as const;
const truth = anInstance(nics);
const lie = anInstance([nics[1], nics[0]]);
const address0 = '2: eth0    inet 10.0.0.10/24 scope global eth0\n';
const address1 = '3: eth1    inet 10.0.1.20/24 scope global eth1\n';
const byEth0 = kernelOf(linkLines(2), `default via 10.0.0.253 dev eth0\n${address0}${address1}`);
const byEth1 = kernelOf(linkLines(2), `default via 10.0.1.253 dev eth1\n${address0}${address1}`);

/** Reads, each a poll (60 s) after the one before, over what each left. */
function reads(
  kernel: KernelState,
  networks: readonly InstanceNetwork[],
  state: State = emptyState,
  config: Config = defaultConfig,
): Partial<Knowledge> & Pick<Knowledge, 'state' | 'stale'> {
  let now = state;
  let last: Partial<Knowledge> = {};
  for (const [index, read] of networks.entries()) {
    const ground: Ground = { config, state: now };
    const { knowledge, counted } = know(
      at(index * 60),
      ground,
      kernel,
      { read, problem: null },
      circumstances,
    );
    last = knowledge.ok ? knowledge.value : { stale: knowledge.problem };
    now = knowledge.ok ? knowledge.value.state : (counted ?? now);
  }
  return { stale: null, ...last, state: now };
}

describe('the primary', () => {
  it('is known for good once metadata and kernel agreed on it', () => {
    const known = reads(byEth0, [truth]);

    expect(known.state.primary).toEqual({ mac: macOf(0), by: 'kernel' });
    const lied = reads(byEth0, [lie, lie, lie], known.state);
    expect(lied.stale).toMatchObject({ code: 'metadata-disagrees', place: 'primaryMac' });
    expect(lied.instance).toEqual(truth);
    expect(reads(byEth0, [truth], lied.state)).toMatchObject({ stale: null, instance: truth });
  });

  it('is not known by the kernel where another NIC has the default route, and needs reads that agree', () => {
    const once = reads(byEth1, [truth]);
    expect(once).toMatchObject({ stale: null, primaryAgreed: false });
    expect(once.state.primary).toBeNull();
    expect(once.awaiting).toEqual([`default route of ${macOf(1)}`]);

    expect(reads(byEth1, [truth, truth])).toMatchObject({ stale: null, primaryAgreed: true, awaiting: [] });
    expect(reads(byEth1, [truth], emptyState, { ...defaultConfig, provider: 'file' }).primaryAgreed).toBe(
      true,
    );
  });

  it('counts no read between which another one said otherwise', () => {
    expect(reads(byEth1, [truth, lie, truth])).toMatchObject({ stale: null, primaryAgreed: false });
  });

  it('that was believed against the truth by 0.1.0 gives way to reads that agree', () => {
    // eth1 was believed to be the primary: enid set eth0 as a secondary, and the default route by eth1.
    const state = { ...emptyState, believed: lie, names: new Map([[macOf(0), 'eth0']]) };
    const kernel = kernelOf(
      linkLines(2),
      `21001: from 10.0.0.10 lookup 21001\ndefault via 10.0.1.253 dev eth1\n${address0.replace('/24', '/32')}${address1}`,
    );
    const once = reads(kernel, [truth], state);
    expect(once.stale).toMatchObject({ code: 'metadata-disagrees', place: 'primaryMac' });
    expect(once.instance).toBeUndefined();
    expect(once.state).toMatchObject({ believed: lie, primary: null });

    // Nor is anything done by it while the doubt lasts: neither for drift nor at a boot without metadata.
    const doubted = { config: defaultConfig, state: once.state };
    for (const asked of [null, { read: null, problem: once.stale }]) {
      const unread = know(at(61), doubted, kernel, asked, { ...circumstances, lastProblem: once.stale });
      expect(unread.knowledge).toEqual({ ok: false, problem: once.stale });
    }

    const twice = reads(kernel, [truth, truth], state);
    expect(twice).toMatchObject({ stale: null, instance: truth, primaryAgreed: true });
    const file = { ...defaultConfig, provider: 'file' };
    expect(reads(kernel, [truth], state, file).stale).not.toBeNull();
    expect(reads(kernel, [truth, truth], state, file)).toMatchObject({ stale: null, primaryAgreed: true });
    expect(reads(kernel, [truth, lie, truth], state)).toMatchObject({ stale: { place: 'primaryMac' } });
  });

  it('to which enid moved the default route is confirmed only by a route that enid did not set', () => {
    const moved = { ...emptyState, believed: lie, primary: { mac: macOf(1), by: 'metadata' as const } };
    expect(reads(byEth1, [lie], moved).state.primary).toEqual(moved.primary);
    const leased = kernelOf(
      linkLines(2),
      `default via 10.0.1.253 dev eth1 proto dhcp\n${address0}${address1}`,
    );
    expect(reads(leased, [lie], moved).state.primary).toEqual({ mac: macOf(1), by: 'kernel' });
  });
});

describe('a read that contradicts the kernel', () => {
  const ground = { config: defaultConfig, state: emptyState };
  const swapped = anInstance([
    { ...nics[0], ipv4: nics[1].ipv4 },
    { ...nics[1], ipv4: nics[0].ipv4 },
  ]);

  it('is a problem where nothing was believed before, or a problem ends the run', () => {
    for (const unread of ['fail', 'believe'] as const) {
      expect(
        know(at(0), ground, byEth0, { read: swapped, problem: null }, { ...circumstances, unread }).knowledge,
      ).toMatchObject({ ok: false, problem: { code: 'metadata-disagrees' } });
    }
  });

  it('does not make what was believed before true where that contradicts the kernel as well', () => {
    const former = { ...ground, state: { ...emptyState, believed: swapped } };
    const { problem } = fail('metadata-timeout', 'http://100.100.100.200/', 'no answer');
    const unread = know(at(0), former, byEth0, { read: null, problem }, circumstances);
    expect(unread.knowledge).toEqual({ ok: false, problem });
    expect(know(at(0), former, byEth0, null, circumstances).knowledge).toMatchObject({
      ok: false,
      problem: { code: 'metadata-disagrees' },
    });
  });
});
