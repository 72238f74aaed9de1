import { describe, expect, it } from 'vitest';
import { defaultConfig } from '../config/defaults.ts';
import { aFamily, aNic, anInstance } from '../metadata/testing.ts';
import type { InstanceInterface } from '../model/instance.ts';
import type { KernelState, Link } from '../model/kernel.ts';
import type { Mac } from '../model/mac.ts';
import { emptyState } from '../model/state.ts';
import { believeRead } from './knowledge.ts';

const eth0 = aNic('00:16:3e:00:00:01', { ipv4: aFamily(['10.0.0.5']) });
const eth1 = aNic('00:16:3e:00:00:02', { ipv4: aFamily(['10.0.1.5']) });
const vlan = { ...eth1, vlan: { parentMac: eth0.mac, id: 100 } };

const clock = { now: () => new Date(Date.UTC(2025, 0, 1)) };

function kernelWith(...nics: readonly InstanceInterface[]): Pick<KernelState, 'links'> {
  return { links: nics.map(({ mac }, index) => ({ name: `eth${index}`, mac }) as Link) };
}

/** The MACs that are believed after one read of eth0 alone, where `former` was believed too. */
function believedOf(former: InstanceInterface, kernel: Pick<KernelState, 'links'>): readonly Mac[] {
  const ground = { config: defaultConfig, state: { ...emptyState, believed: anInstance([eth0, former]) } };
  const { instance } = believeRead(clock, ground, anInstance([eth0]), kernel, new Set());
  return instance.interfaces.map(({ mac }) => mac);
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
