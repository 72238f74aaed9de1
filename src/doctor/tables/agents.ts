/** A program of somebody else that configures NICs by itself. */
export interface Agent {
  readonly id: string;
  readonly title: string;
  /** What it does to a NIC: a verb with its object. */
  readonly does: string;
  /** Paths that show that it is installed. */
  readonly signs: readonly string[];
  /** Rules of udev by which it acts whether a service is on or not; an empty rule of that name in /etc masks one. */
  readonly rules: readonly string[];
  /** Services by which it acts when they are on. */
  readonly units: readonly string[];
  /** The commands that stop it. */
  readonly advice: string;
}

const mask = (rule: string): string => `\`ln -sf /dev/null /etc/udev/rules.d/${rule}\``;

/**
 * Where each is known from: multi-nic-util from Alibaba Cloud's documentation and from Terway's script that switches it off;
 * nm-cloud-setup(8); the packages of amazon-ec2-net-utils 1.x and 2.x and of cloud-netconfig; Debian's cloud images;
 * cloud-init's module "Install Hotplug"; Google's guest agent and oci-utils.
 */
export const agents: readonly Agent[] = [
  {
    id: 'multi-nic-util',
    title: 'multi-nic-util',
    does: 'overwrites the files of NICs when they appear and at boot',
    signs: ['/etc/eni_utils', '/sbin/eni-ifscan'],
    rules: ['61-eni.rules'],
    units: ['eni.service'],
    advice: `\`systemctl disable --now eni.service\`, ${mask('61-eni.rules')}, \`udevadm control --reload\``,
  },
  {
    id: 'ecs-utils-ipv6',
    title: 'ecs-utils-ipv6',
    does: 'rewrites the IPv6 configuration of all NICs and restarts the network whenever it is run',
    // Where Cloud Assistant keeps its plug-ins, and where the older documentation puts the program.
    signs: ['/usr/local/share/aliyun-assist/plugin/ecs-utils-ipv6', '/sbin/ecs-utils-ipv6'],
    rules: [],
    units: ['ecs-utils-ipv6.service'],
    advice: 'do not run it any more: enid sets the IPv6 addresses of secondaries',
  },
  {
    id: 'nm-cloud-setup',
    title: 'nm-cloud-setup',
    does: 'adds addresses, routes and rules to every NIC, the primary included, every five minutes',
    signs: [],
    rules: [],
    units: ['nm-cloud-setup.timer', 'nm-cloud-setup.service'],
    advice: '`systemctl disable --now nm-cloud-setup.timer nm-cloud-setup.service`',
  },
  {
    id: 'amazon-ec2-net-utils',
    title: 'amazon-ec2-net-utils',
    does: 'configures NICs with the drivers vif, ena and ixgbevf when they appear',
    signs: [
      '/usr/lib/systemd/system/policy-routes@.service',
      '/etc/sysconfig/network-scripts/ec2net-functions',
    ],
    rules: ['99-vpc-policy-routes.rules', '53-ec2-network-interfaces.rules'],
    units: ['elastic-network-interfaces.service', 'ec2net-scan.service'],
    advice: `remove the package, or ${mask('99-vpc-policy-routes.rules')} and \`udevadm control --reload\``,
  },
  {
    id: 'cloud-netconfig',
    title: 'cloud-netconfig',
    does: 'adds addresses and rules every minute, and removes rules that it did not make',
    signs: ['/etc/default/cloud-netconfig'],
    rules: ['51-cloud-netconfig-hotplug.rules', '61-cloud-netconfig-hotplug.rules'],
    units: ['cloud-netconfig.timer', 'cloud-netconfig.service'],
    advice: `\`systemctl disable --now cloud-netconfig.timer\`, ${mask('61-cloud-netconfig-hotplug.rules')} and 51-… likewise`,
  },
  {
    id: 'cloud-ifupdown-helper',
    title: 'cloud-ifupdown-helper',
    does: 'makes a stanza below /run/network/interfaces.d for a new NIC that has none',
    signs: ['/etc/network/cloud-ifupdown-helper'],
    rules: ['75-cloud-ifupdown.rules'],
    units: [],
    advice: `${mask('75-cloud-ifupdown.rules')}; for a NIC that it has: \`ifdown eth1; rm /run/network/interfaces.d/eth1; enid reconfigure\``,
  },
  {
    id: 'cloud-init-hotplug',
    title: 'cloud-init’s hot-plug hook',
    does: 'renders and applies the configuration of all NICs anew when one appears',
    signs: [],
    // 10- is the older name, seen with 22.4.2 of Debian 12.
    rules: ['10-cloud-init-hook-hotplug.rules', '90-cloud-init-hook-hotplug.rules'],
    units: [],
    advice: `${mask('90-cloud-init-hook-hotplug.rules')} (older releases: 10-…), and no \`hotplug\` in \`updates: {network: {when: …}}\` of its configuration`,
  },
  {
    id: 'google-guest-agent',
    title: 'Google’s guest agent',
    does: 'configures secondary NICs when the metadata changes',
    signs: [],
    rules: [],
    units: ['google-guest-agent.service', 'google-guest-agent-manager.service'],
    advice: '`setup = false` in [NetworkInterfaces] of /etc/default/instance_configs.cfg',
  },
  {
    id: 'oci-utils',
    title: 'oci-utils',
    does: 'configures secondary VNICs every minute',
    signs: [],
    rules: [],
    units: ['ocid.service'],
    advice: '`systemctl disable --now ocid.service`',
  },
];
