import { describe, expect, it } from 'vitest';
import { builtInNames } from '../kernel/names.ts';
import { parseRoutes } from '../kernel/parse-route.ts';
import type { KernelState, Link } from '../model/kernel.ts';
import type { Mac } from '../model/mac.ts';
import { foreignSlots } from './slots.ts';

const macOf = (index: number) => `00:16:3e:00:00:0${index}` as Mac;
const slots = new Map([1, 5].map((slot) => [macOf(slot), slot]));

/** eth1 is in slot 1, eth5 in slot 5; eth9 is in none. */
function kernelWith(routes: string): KernelState {
  const parsed = parseRoutes(routes, 'ipv4', builtInNames, 'ip route');
  if (!parsed.ok) throw new Error(parsed.problem.message);
  const links = [1, 5, 9].map(
    (index): Link => ({
      index,
      name: `eth${index}`,
      mac: macOf(index),
      mtu: 1500,
      up: true,
      carrier: true,
      type: 'ether',
      kind: null,
      master: null,
      parent: null,
      vlanId: null,
      hasDevice: true,
    }),
  );
  return { links, addresses: [], routes: parsed.value, rules: [] };
}

describe('foreignSlots', () => {
  it.each([
    ['default via 10.0.1.253 dev eth1 table 21001', []],
    ['default via 10.0.1.253 dev eth1 table 21005', [5]],
    ['default via 10.0.1.253 dev eth9 table 21005', [5]],
    ['172.17.0.0/16 dev docker0 table 21005 proto 210', []],
    ['blackhole default table 21005', []],
    ['default via 10.0.1.253 dev eth9 table 21000', []], // the shared table is nobody's slot
  ])('%s makes these foreign: %s', (line, expected) => {
    expect([...foreignSlots(kernelWith(line), 21000, slots, new Map()).keys()]).toEqual(expected);
  });

  it('knows a VLAN of its own making by its name, when somebody gave it another MAC', () => {
    const kernel = kernelWith('default via 10.0.1.253 dev eth9 table 21005');
    const names = new Map([[macOf(5), 'eth9']]);
    const altered = kernel.links.map((link) => ({ ...link, kind: link.name === 'eth9' ? 'vlan' : null }));
    expect([...foreignSlots({ ...kernel, links: altered }, 21000, slots, names).keys()]).toEqual([]);
    expect([...foreignSlots(kernel, 21000, slots, names).keys()]).toEqual([5]);
  });
});
