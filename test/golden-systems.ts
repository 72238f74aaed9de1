import type { StackId } from '../src/model/stack.ts';

/** A system whose files are kept as goldens: what `enid render --os` takes, and the stack where it is not the assumed one. */
export interface GoldenSystem {
  readonly os: string;
  readonly stack?: StackId;
}

export const goldenSystems: readonly GoldenSystem[] = [
  { os: 'alinux:2' },
  { os: 'alinux:2', stack: 'networkd' },
  { os: 'alinux:3' },
  { os: 'amzn:2023' },
  { os: 'anolis:7' },
  { os: 'anolis:8' },
  { os: 'anolis:23' },
  { os: 'centos:6' },
  { os: 'centos:7' },
  { os: 'centos:7.6', stack: 'networkmanager' },
  { os: 'centos:8.0' },
  { os: 'centos:8.1' },
  { os: 'centos:8.2' },
  { os: 'centos:8.3' },
  { os: 'centos:8' },
  { os: 'debian:8' },
  { os: 'debian:9' },
  { os: 'debian:10' },
  { os: 'debian:11' },
  { os: 'debian:12' },
  { os: 'debian:12', stack: 'ifupdown' },
  { os: 'debian:13' },
  { os: 'debian:13', stack: 'ifupdown' },
  { os: 'fedora:33' },
  { os: 'fedora:34' },
  { os: 'fedora:35' },
  { os: 'fedora:41' },
  { os: 'openeuler:22.03' },
  { os: 'opensuse:42.3' },
  { os: 'opensuse-leap:15' },
  { os: 'rhel:6' },
  { os: 'rhel:7' },
  { os: 'rhel:8' },
  { os: 'rhel:9' },
  { os: 'rhel:10' },
  { os: 'sles:11' },
  { os: 'sles:12' },
  { os: 'sles:15' },
  { os: 'sles:16' },
  { os: 'ubuntu:14.04' },
  { os: 'ubuntu:16.04' },
  { os: 'ubuntu:18.04' },
  { os: 'ubuntu:20.04' },
  { os: 'ubuntu:22.04' },
  { os: 'ubuntu:24.04' },
];

/**
 * Saved metadata in test/fixtures: one secondary, three (one in the primary's subnet, one with everything), or one with a VLAN on
 * it and another on the primary; one of which the metadata says nothing but DHCP, before its lease and after, the same with DHCPv6 beside it; two with IPv6
 * alone (one in the primary's subnet); and three with networks behind other gateways than that of the default.
 */
export const goldenCases = [
  ...(['dhcp-1', 'dhcp-3', 'static-1', 'static-3', 'vlan-2'] as const),
  ...(['leased-1', 'leased-1-told', 'leased6-1', 'leased6-1-told', 'ipv6-2', 'routes-3'] as const),
] as const;
export type GoldenCase = (typeof goldenCases)[number];

/**
 * Those with which a machine can be configured whole, and that need nothing of the kernel that the machine under the tests
 * may lack: VLANs are seen in the guests.
 */
export const kernelCases = goldenCases.filter(
  (name) => !name.startsWith('vlan') && !/^leased6?-1$/.test(name),
);

/** The folder of a system's goldens, e.g. `ubuntu-22.04` or `alinux-2-networkd`. */
export function goldenFolder(system: GoldenSystem): string {
  return `${system.os.replace(':', '-')}${system.stack === undefined ? '' : `-${system.stack}`}`;
}
