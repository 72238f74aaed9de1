import { describe, expect, test } from 'vitest';
import { type Container, makeContainer, publish } from '../lab/container.ts';
import type { Nic } from '../lab/nic.ts';
import { nftAside, withoutNft } from '../lab/without-nft.ts';
import { unanswered } from './forwarding.ts';
import { expectAllWell, useScene } from './scene.ts';

// A machine without nft: chains of iptables mark the connections.

describe.each(['iptables-nft', 'iptables-legacy'] as const)('%s', (iptables) => {
  let container: Container;
  const scene = useScene({ ipv6: true }, async ({ vpc, enid }) => {
    await withoutNft(vpc.server, iptables);
    container = await makeContainer(vpc.server);
    await enid.configure({ forwarding: 'symmetric' });
  });
  const addressesOf = (nic: Nic) => [...nic.ipv4, ...nic.ipv6];
  /** All lines of iptables with our chains, of both families. */
  const chains = async () => {
    const script = 'for one in iptables ip6tables; do $one -t mangle -S | grep ENID- || :; done';
    return (await scene.vpc.server.must(['sh', '-c', script])).split('\n').filter((line) => line !== '');
  };
  let one: Nic;

  test('a port on the secondary is answered to clients everywhere', async () => {
    one = await scene.vpc.attach({ subnet: 1, ipv6: true });
    await scene.enid.untilConfigured('eth1');
    await publish(scene.vpc.server, container, addressesOf(one), nftAside);

    expect(await unanswered(scene, addressesOf(one))).toEqual([]);

    const record = await scene.vpc.server.must(['cat', '/run/enid/forwarding']);
    expect(record.split('\n')[0]).toMatch(/^[0-9a-f]{16} iptables$/);
    await expectAllWell(scene);
  });

  test('a flush is repaired, and the bits of others stay', async () => {
    const before = await chains();
    expect(before).toHaveLength(14);

    await scene.vpc.server.must(['iptables', '-t', 'mangle', '-F']);

    await expect.poll(chains, { timeout: 15_000 }).toEqual(before);
    await scene.vpc.server.must([
      'sh',
      '-ec',
      `iptables -t mangle -I PREROUTING -j MARK --set-xmark 0x100/0x100
       iptables -t mangle -A FORWARD -m conntrack --ctdir REPLY -m mark --mark 0x101/0xfff -j ACCEPT`,
    ]);
    expect(await unanswered(scene, one.ipv4)).toEqual([]);
    const counted = await scene.vpc.server.must(['iptables', '-t', 'mangle', '-nvxL', 'FORWARD']);
    expect(Number(/^\s*(\d+) .*0x101\/0xfff/m.exec(counted)?.[1])).toBeGreaterThan(5);
    await scene.vpc.server.must(['iptables', '-t', 'mangle', '-F', 'FORWARD']);
    await scene.vpc.server.must(['iptables', '-t', 'mangle', '-D', 'PREROUTING', '1']);
  });

  test('a mark of somebody else in iptables is found', async () => {
    const rule = ['-t', 'mangle', '-A', 'INPUT', '-m', 'mark', '--mark', '0x40/0x40', '-j', 'ACCEPT'];
    await scene.vpc.server.must(['iptables', ...rule]);

    const { stdout } = await scene.enid.run('plan');

    expect(stdout).toContain('mark-conflict');
    expect(stdout).toContain('table mangle, chain INPUT');
    await scene.vpc.server.must(['iptables', '-t', 'mangle', '-F', 'INPUT']);
  });

  test('after the secondary left no chain is left', async () => {
    await scene.vpc.detach(one);

    await expect.poll(chains, { timeout: 30_000 }).toEqual([]);
    await expect
      .poll(async () => (await scene.vpc.server.run(['cat', '/run/enid/forwarding'])).code, {
        timeout: 15_000,
      })
      .toBe(1);
    const rules = () => scene.vpc.server.must(['ip', 'rule']);
    await expect.poll(rules, { timeout: 15_000 }).not.toContain('fwmark');
  });
});
