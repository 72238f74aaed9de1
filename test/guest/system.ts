/** A guest system: what is installed, and how its primary NIC is configured, as its cloud image does it. */
export interface System {
  /** e.g. `debian-12-ifupdown`: names images and evidence, and is what ENID_GUEST selects. */
  readonly name: string;
  /** The test file that its cases run in: one a stack and back end. */
  readonly lab: 'cloud-init' | 'ifupdown' | 'networkd' | 'netplan' | 'netplan-nm' | 'nm' | 'none';
  readonly suite: 'bullseye' | 'bookworm' | 'trixie';
  /** Packages beyond the {@link commonPackages}. */
  readonly packages: readonly string[];
  /** Files of the image, by absolute path; a value that begins with `#!` is made executable. */
  readonly files: Readonly<Record<string, string>>;
  /** Run in the image (chroot, POSIX sh) after the packages are there, e.g. to enable a service. */
  readonly setUp: string;
  /** What `enid detect` has to say. */
  readonly detects: { readonly stack: string; readonly format: string };
  /** What each line of evidence may be about: one of them at least has to match. */
  readonly evidence: RegExp;
  /** Where the connected subnet of a secondary that has a lease is: the stack decides. */
  readonly connected: 'main' | 'table';
  /** Whether addresses come and go without the client asking for its lease anew. */
  readonly reapplies: boolean;
}

/** What every guest has. */
export const commonPackages: readonly string[] = [
  'systemd',
  'systemd-sysv',
  'dbus',
  'udev',
  'kmod',
  'iproute2',
  'iputils-ping',
  'procps',
  'qemu-guest-agent',
  'libstdc++6',
];
