import { describe, expect, it } from 'vitest';
import { assumedStack } from '../distro/assumed.ts';
import { knownSystems } from '../distro/systems.ts';
import type { StackId } from '../model/stack.ts';
import { stackActions } from './registry.ts';
import { network, nic } from './testdata/change.ts';

function commands(os: string, stack?: StackId): readonly string[] {
  const found = assumedStack(os, stack);
  if (!found.ok) throw new Error(found.problem.message);
  const steps = stackActions[found.value.stack.id].service({
    stack: found.value.stack,
    network: network(nic(1), nic(2)),
  });
  return steps.map((step) => step.argv.join(' '));
}

/** The rows of the vendor's table (`create and use an ENI`) and those of the design beyond it. */
const restarts: Readonly<Record<string, readonly string[]>> = {
  'systemctl restart network': [
    'alinux:2',
    'centos:7',
    'rhel:7',
    'anolis:7',
    'sles:12',
    'sles:15',
    'opensuse-leap:15',
    'opensuse:42.3',
  ],
  'service network restart': ['centos:6', 'rhel:6', 'sles:11'],
  'systemctl restart NetworkManager': [
    'alinux:3',
    'centos:8',
    'rhel:8',
    'anolis:8',
    'fedora:33',
    'fedora:34',
    'fedora:35',
    'rhel:9',
    'rhel:10',
    'fedora:36',
    'fedora:41',
    'sles:16',
    'opensuse-leap:16',
    'alinux:4',
    'anolis:23',
  ],
  'netplan apply': ['ubuntu:18.04', 'ubuntu:20.04', 'ubuntu:22.04', 'ubuntu:24.04', 'debian:12'],
  'systemctl restart systemd-networkd': ['amzn:2023'],
};

describe('the restart of the network service', () => {
  it.each(Object.entries(restarts).flatMap(([command, all]) => all.map((os) => [os, command] as const)))(
    'on %s is %s',
    (os, command) => expect(commands(os)).toEqual([command]),
  );

  it.each(['ubuntu:16.04', 'debian:8', 'debian:9', 'debian:10', 'debian:11'])(
    'on %s is systemctl restart networking, then the NICs it leaves out',
    (os) => expect(commands(os)).toEqual(['systemctl restart networking', 'ifup --allow=hotplug -a']),
  );

  it('on Ubuntu 14.04 takes every NIC down and up, the primary last', () => {
    expect(commands('ubuntu:14.04')).toEqual([
      'ifdown eth1',
      'ifup eth1',
      'ifdown eth2',
      'ifup eth2',
      'ifdown eth0',
      'ifup eth0',
    ]);
  });

  it('on older images of Alibaba Cloud Linux 2 is that of systemd-networkd', () => {
    expect(commands('alinux:2', 'networkd')).toEqual(['systemctl restart systemd-networkd']);
  });

  it.each(knownSystems.map((system) => system.os))('is there on %s, for each of its stacks', (os) => {
    for (const stack of knownSystems.find((system) => system.os === os)?.stacks ?? []) {
      expect(commands(os, stack)).not.toEqual([]);
    }
  });

  it('is not there without a network service', () => expect(commands('debian:12', 'none')).toEqual([]));
});
