/** Who is in charge of this machine's network (design section 6). */
export const stackIds = [
  'netplan',
  'networkmanager',
  'networkd',
  'wicked',
  'sysconfig',
  'network-scripts',
  'ifupdown',
  'none',
] as const;
export type StackId = (typeof stackIds)[number];

/** The kind of files written for it. */
export const formatIds = [
  'netplan',
  'keyfile',
  'ifcfg-nm',
  'networkd',
  'ifcfg-suse',
  'ifcfg',
  'interfaces',
  'none',
] as const;
export type FormatId = (typeof formatIds)[number];

export interface Distro {
  /** os-release ID, lower case. */
  readonly id: string;
  /** VERSION_ID; empty where there is none (Debian sid). */
  readonly version: string;
  readonly family: 'rhel' | 'debian' | 'suse' | 'unknown';
  /** For people. */
  readonly pretty: string;
}

/** A version as numbers, `[1, 22, 8]`, so that it compares by parts. */
export type Version = readonly number[];

export interface Stack {
  readonly id: StackId;
  readonly format: FormatId;
  /** The back end of netplan; null for the other stacks. */
  readonly renderer: 'networkd' | 'networkmanager' | null;
  /** What runs as PID 1. */
  readonly init: 'systemd' | 'upstart' | 'sysv' | 'none';
  /** Null: not installed, or not known; renderers then use the oldest form they know. */
  readonly versions: {
    readonly networkmanager: Version | null;
    readonly systemd: Version | null;
    readonly netplan: Version | null;
    readonly wicked: Version | null;
    readonly kernel: Version | null;
  };
  /** The DHCP client that ifupdown or network-scripts would start. */
  readonly dhcpClient: 'dhclient' | 'dhcpcd' | 'udhcpc' | 'internal' | null;
  /** ifupdown: how /etc/network/interfaces includes interfaces.d (distros.md section 8); null elsewhere. */
  readonly include: 'any-name' | 'cfg-suffix' | 'plain-names' | 'none' | null;
  /** Red Hat's network-scripts are installed (NetworkManager's fallback below 1.18). */
  readonly networkScripts: boolean;
}

/** One thing that was looked at while finding out the distribution, the stack or the cloud. */
export interface Evidence {
  /** What was looked at: a path, a command, a field. */
  readonly what: string;
  readonly found: string;
  readonly means: string;
}

export function versionAtLeast(version: Version | null, ...floor: readonly number[]): boolean {
  if (version === null) return false;
  for (const [index, part] of floor.entries()) {
    const mine = version[index] ?? 0;
    if (mine !== part) return mine > part;
  }
  return true;
}
