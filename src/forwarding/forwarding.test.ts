import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import type { DesiredInterface } from '../model/desired.ts';
import type { DesiredForwarding, MarkedNic } from '../model/forwarding.ts';
import type { KernelRule, Link } from '../model/kernel.ts';
import type { Mac } from '../model/mac.ts';
import { collisionOf } from './collision.ts';
import { desireForwarding } from './desire.ts';
import { markRuleDifferences } from './mark-rules.ts';
import { iptablesMarkUses, nftMarkUses } from './mark-uses.ts';
import { numberOf, withNumber } from './mask.ts';
import { forwardingFile, forwardingId } from './script.ts';
import { unloadScript } from './unload.ts';

const base = 21_000;
const macOf = (slot: number) => `00:16:3e:00:00:${slot.toString(16).padStart(2, '0')}` as Mac;

/** A secondary of IPv4 with a rule. */
function nic(slot: number): DesiredInterface {
  const own = { name: `eth${slot}`, mac: macOf(slot), slot, table: base + slot };
  return { ...own, ipv4: {}, ipv6: null, rules: [{}], routes: [] } as unknown as DesiredInterface;
}

function rule(table: number, fwmark: string, priority = table): KernelRule {
  const spec = `priority ${priority} from all fwmark ${fwmark} lookup ${table}`;
  return { family: 'ipv4', priority, from: null, to: null, table, special: true, spec } as KernelRule;
}

const marked = (slot: number, mark: number): MarkedNic => ({
  name: `eth${slot}`,
  mac: macOf(slot),
  table: base + slot,
  mark,
  families: ['ipv4'],
});

describe('marks of NICs', () => {
  const marksOf = (mask: number, slots: readonly number[], rules: readonly KernelRule[] = []) =>
    desireForwarding({ mode: 'symmetric', mask }, slots.map(nic), { rules }, base);

  it('are the numbers of the slots', () => {
    expect(marksOf(0x7f, [1, 2]).forwarding).toEqual({ mask: 0x7f, nics: [marked(1, 1), marked(2, 2)] });
  });

  it('are written into the bits of the mask', () => {
    expect(marksOf(0x50, [1, 2]).forwarding?.nics.map(({ mark }) => mark)).toEqual([0x10, 0x40]);
    expect(numberOf(withNumber(5, 0xa0800000), 0xa0800000)).toBe(5);
    expect(withNumber(7, 0xa0800000)).toBe(0xa0800000);
  });

  it('are the lowest that are free where the slot has no room', () => {
    expect(marksOf(0x3, [2, 500]).forwarding?.nics.map(({ mark }) => mark)).toEqual([2, 1]);
  });

  it('stay as the kernel has them', () => {
    const held = marksOf(0x7f, [1, 200, 300], [rule(21_200, '0x1/0x7f'), rule(21_300, '0x2/0xff')]);

    expect(held.forwarding?.nics.map(({ mark }) => mark)).toEqual([2, 1, 3]);
  });

  it('end with the mask, which is reported', () => {
    const { forwarding, notes } = marksOf(0x1, [1, 2]);

    expect(forwarding?.nics).toHaveLength(1);
    expect(notes).toEqual([
      'eth2: forwarding.mask 0x1 has room for 1 NICs, so replies of connections by eth2 follow main',
    ]);
  });

  it('are none in follow-main, without a secondary and without rules', () => {
    const none = { forwarding: null, notes: [] };
    expect(desireForwarding({ mode: 'follow-main', mask: 1 }, [nic(1)], { rules: [] }, base)).toEqual(none);
    expect(marksOf(0x7f, [])).toEqual(none);
    const bare = { ...nic(1), rules: [] };
    expect(desireForwarding({ mode: 'symmetric', mask: 1 }, [bare], { rules: [] }, base)).toEqual(none);
  });
});

describe('mark rules', () => {
  const slots = new Map([1, 2].map((slot) => [macOf(slot), slot]));
  const lines = (rules: readonly KernelRule[], desired: DesiredForwarding | null) =>
    markRuleDifferences(rules, desired, slots, base).flatMap(({ mend }) => mend.map(({ line }) => line));

  it('are added, and removed where they are twice or of another mark', () => {
    const there = [rule(21_001, '0x1/0x7f'), rule(21_001, '0x1/0x7f'), rule(21_002, '0x5/0x7f')];

    expect(lines(there, { mask: 0x7f, nics: [marked(1, 1), marked(2, 2)] })).toEqual([
      'rule del priority 21001 from all fwmark 0x1/0x7f lookup 21001',
      'rule del priority 21002 from all fwmark 0x5/0x7f lookup 21002',
      'rule add fwmark 0x2/0x7f lookup 21002 priority 21002',
    ]);
    expect(lines([rule(21_001, '0x1/0x7f'), rule(21_002, '0x2/0x7f')], null)).toHaveLength(2);
  });

  it('of others stay: other priorities, tables of no slot', () => {
    const others = [rule(100, '0x1/0x7f'), rule(21_001, '0x1', 900), rule(21_500, '0x1/0x7f')];

    expect(lines(others, null)).toEqual([]);
  });
});

describe('marks of others', () => {
  const masksOf = (line: string) =>
    nftMarkUses(`table ip filter {\n\tchain FORWARD {\n\t\t${line}\n\t}\n}\n`, 'enid').map(({ mask }) =>
      mask.toString(16),
    );

  // As nft 1.0.6 prints them, rules of iptables-nft among them.
  it.each([
    ['meta mark & 0x00004000 == 0x00004000 counter packets 0 bytes 0 masquerade', ['4000']],
    ['meta mark and 0x4000 != 0x0 accept', ['4000']],
    ['meta mark set meta mark | 0x00004000', ['4000']],
    ['meta mark set mark or 0x8000', ['8000']],
    ['meta mark set meta mark & 0xfff1ffff', ['e0000']],
    ['ct mark set ct mark & 0xffffff81 | 0x00000001', ['7f']],
    ['meta mark set meta mark & 0xffffffbf ^ 0x00000040', ['40']],
    ['meta mark 0x00000001 accept', ['ffffffff']],
    ['mark 5 drop', ['ffffffff']],
    ['meta mark set 0x00000539', ['ffffffff']],
    ['ct mark set meta mark', ['ffffffff']],
    ['meta mark set ct mark & 0x000000ff', ['ffffffff']],
    ['ct mark != { 0x1, 0x2 } meta mark set meta mark | 0x2', ['ffffffff', '2']],
    ['fib saddr . mark . iif oif missing drop', []],
    ['comment "meta mark 0x1" accept', []],
    ['ip dscp set cs1 accept', []],
  ])('nft: %s', (line, masks) => {
    expect(masksOf(line)).toEqual(masks);
  });

  it('nft: our own table and chains are none', () => {
    const own = 'table inet enid {\n\tchain output {\n\t\tmeta mark 0x1\n\t}\n}\n';
    const chain = 'table ip mangle {\n\tchain ENID-OUTPUT {\n\t\tmeta mark set ct mark and 0x7f\n\t}\n}\n';
    expect(nftMarkUses(own + chain, 'enid')).toEqual([]);
  });

  it.each([
    ['-A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN', [0x4000]],
    ['-A KUBE-MARK-MASQ -j MARK --or-mark 0x4000', [0xffffffff]],
    ['-A KUBE-MARK-MASQ -j MARK --set-xmark 0x4000/0x4000', [0x4000]],
    ['-A X -j MARK --set-xmark 0x64/0xffffffff', [0xffffffff]],
    [
      '-A X -m connmark --mark 0x80/0x80 -j CONNMARK --restore-mark --nfmask 0x80 --ctmask 0x80',
      [0x80, 0x80, 0x80],
    ],
    ['-A X -j CONNMARK --save-mark', [0xffffffff]],
    ['-A X -p tcp -j TPROXY --on-port 1 --on-ip 0.0.0.0 --tproxy-mark 0x1/0x1', [1]],
    ['-A X -m comment --comment "--mark 0x1" -j ACCEPT', []],
    ['-A ENID-OUTPUT -j CONNMARK --restore-mark --nfmask 0x7f --ctmask 0x7f', []],
  ])('iptables: %s', (line, masks) => {
    expect(iptablesMarkUses(`*mangle\n${line}\nCOMMIT\n`, 'iptables').map(({ mask }) => mask)).toEqual(masks);
  });
});

describe('a mask', () => {
  const link = (name: string) => ({ name }) as Link;
  const look = (mask: number, links: readonly Link[], rules: readonly KernelRule[] = [], text = '') =>
    collisionOf(mask, { kernel: { links, rules }, uses: nftMarkUses(text, 'enid'), own: new Set() });

  it('is free where nobody uses a bit of it', () => {
    const rules = [rule(51_820, '0x80000/0xff0000', 5210)];
    expect(
      look(0x7f, [link('eth0'), link('cali123'), link('tailscale0'), link('podman0')], rules),
    ).toBeNull();
  });

  it.each([
    ['Calico', 0xff0000, [link('cali12ab34cd')]],
    ['Cilium', 0x7f, [link('cilium_host')]],
    ['the AWS VPC CNI', 0xff, [link('eni01234567890')]],
    ['kube-proxy', 0xf000, [link('kube-ipvs0')]],
    ['Tailscale', 0xff0000, [link('tailscale0')]],
    ['netavark (podman)', 0x3000, [link('podman0')]],
  ])('is not free beside %s', (name, mask, links) => {
    const problem = look(mask, links);

    expect(problem).toMatchObject({ code: 'mark-conflict', place: 'forwarding.mask' });
    expect(problem?.message).toContain(`: ${name} uses bits 0x`);
    expect(problem?.advice).toMatch(/^(set forwarding: \{mode: symmetric, mask: 0x|no bit)/);
  });

  it('is named with one that is free', () => {
    const text = 'table ip nat {\n\tchain X {\n\t\tmeta mark & 0x00000040 == 0x00000040\n\t}\n}\n';

    expect(look(0x7f, [], [], text)).toMatchObject({
      message: 'forwarding.mask 0x7f is not free: table ip nat, chain X uses bits 0x40',
      advice: 'set forwarding: {mode: symmetric, mask: 0x3f}, which is free',
    });
  });

  it('is never free beside a rule without a mask', () => {
    const problem = look(0x7f, [], [rule(51_820, '0xca6c', 32_764)]);

    expect(problem?.message).toContain('lookup 51820" uses all bits of the mark (no mask is given)');
    expect(problem?.advice).toBe('no bit of the mark is free here: set forwarding: follow-main');
  });
});

describe('the script', () => {
  const forwarding: DesiredForwarding = {
    mask: 0x7f,
    nics: [{ ...marked(1, 1), families: ['ipv4', 'ipv6'] }],
  };

  it('is shell, begins with the marker, and another network gives another id', () => {
    const { text, mode, path } = forwardingFile(forwarding);

    expect([path, mode, text.split('\n')[0]]).toEqual([
      '/etc/enid/forwarding.sh',
      0o644,
      '# Managed by enid',
    ]);
    expect(text).toContain(`\nid=${forwardingId(forwarding)}\n`);
    for (const script of [text, unloadScript])
      expect(spawnSync('sh', ['-n'], { input: script, encoding: 'utf8' })).toMatchObject({
        status: 0,
        stderr: '',
      });
    expect(forwardingId({ ...forwarding, mask: 0xff })).not.toBe(forwardingId(forwarding));
  });
});
