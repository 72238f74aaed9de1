/** A program that marks packets, with the bits that are its by default, and how it shows. */
export interface KnownUser {
  readonly name: string;
  readonly mask: number;
  /** Links that it makes. */
  readonly links: RegExp | null;
  /** Chains or tables that it makes. */
  readonly chains: RegExp | null;
}

/**
 * Masks: the registry of packet marks (github.com/fwmark/registry), which names each project's own documentation or source. Some set
 * marks by eBPF, where no rule shows it: their links do. firewalld marks without a mask, and only with its iptables backend:
 * its rules show it.
 */
export const knownUsers: readonly KnownUser[] = [
  { name: 'kube-proxy', mask: 0xc000, links: /^kube-ipvs\d/, chains: /^KUBE-|^kube-proxy$/ },
  { name: 'Calico', mask: 0xffff0000, links: /^cali|^vxlan\.calico$/, chains: /^cali/ },
  { name: 'Cilium', mask: 0xffff1fff, links: /^cilium_/, chains: /CILIUM_/ },
  { name: 'the AWS VPC CNI', mask: 0x80, links: /^eni[0-9a-f]{11}$/, chains: /^AWS-/ },
  { name: 'the CNI portmap plug-in', mask: 0x2000, links: /^cni-podman\d/, chains: /^CNI-/ },
  { name: 'netavark (podman)', mask: 0x2000, links: /^podman\d/, chains: /^NETAVARK|^netavark$/ },
  { name: 'Weave Net', mask: 0x60000, links: /^weave$/, chains: /^WEAVE/ },
  { name: 'Tailscale', mask: 0xff0000, links: /^tailscale\d/, chains: /^ts-/ },
  { name: 'firewalld', mask: 0, links: null, chains: /^firewalld$|^(?:PRE|IN|FWD[IO])_/ },
];
