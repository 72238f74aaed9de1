import type { System } from './system.ts';

const cloudInitHeader = `# This file is generated from information provided by the datasource.  Changes
# to it will not persist across an instance reboot.  To disable cloud-init's
# network configuration capabilities, write a file
# /etc/cloud/cloud.cfg.d/99-disable-network-config.cfg with the following:
# network: {config: disabled}
`;

/** The interfaces file of Debian's cloud images, and what their cloud-init writes beside it. */
const ifupdownFiles = {
  '/etc/network/interfaces': 'source /etc/network/interfaces.d/*\n',
  '/etc/network/interfaces.d/50-cloud-init': `${cloudInitHeader}auto lo
iface lo inet loopback

auto eth0
iface eth0 inet dhcp
`,
};

/** Both families by dhclient. dhcpcd needs no second stanza, and ifupdown takes it for no DHCPv6 client: the NIC would stay down. */
const dhclientFiles = {
  ...ifupdownFiles,
  '/etc/network/interfaces.d/50-cloud-init': `${ifupdownFiles['/etc/network/interfaces.d/50-cloud-init']}
# control-alias eth0
iface eth0 inet6 dhcp
`,
};

function ifupdown(suite: System['suite'], version: string, client: string): System {
  return {
    name: `debian-${version}-ifupdown${client === 'isc-dhcp-client' ? '' : `-${client}`}`,
    lab: 'ifupdown',
    suite,
    packages: ['ifupdown', client],
    files: client === 'isc-dhcp-client' ? dhclientFiles : ifupdownFiles,
    setUp: 'systemctl enable networking.service',
    detects: { stack: 'ifupdown', format: 'interfaces' },
    evidence: /ifupdown|networking|interfaces/,
    connected: 'table',
    reapplies: true,
  };
}

/**
 * What Debian's cloud images had while they came with ifupdown (10 and 11): a NIC that ifupdown does not know gets a stanza
 * for DHCP below /run as soon as it appears, and 80-ifupdown.rules brings it up at once. Written anew from what it does
 * (their /etc/network/interfaces and Debian's net_failover notes in the kernel's documentation tell).
 */
function withIfupdownHelper(system: System): System {
  return {
    ...system,
    files: {
      ...system.files,
      '/etc/network/interfaces':
        'source-directory /etc/network/interfaces.d\nsource-directory /run/network/interfaces.d\n',
      '/etc/udev/rules.d/75-cloud-ifupdown.rules':
        'SUBSYSTEM=="net", ACTION=="add|remove", KERNEL=="eth*", RUN+="/etc/network/cloud-ifupdown-helper"\n',
      '/etc/network/cloud-ifupdown-helper': `#!/bin/sh
PATH=/usr/sbin:/usr/bin:/sbin:/bin
directory=/run/network/interfaces.d
case $ACTION in
add)
	ifup --no-act "$INTERFACE" >/dev/null 2>&1 && exit 0
	mkdir -p "$directory"
	printf 'auto %s\\nallow-hotplug %s\\niface %s inet dhcp\\n' "$INTERFACE" "$INTERFACE" "$INTERFACE" >"$directory/.$INTERFACE"
	mv "$directory/.$INTERFACE" "$directory/$INTERFACE"
	logger -t cloud-ifupdown-helper "made a stanza for $INTERFACE"
	;;
remove) rm -f "$directory/$INTERFACE" ;;
esac
`,
    },
  };
}

/** As Alibaba Cloud Linux 2 had it while it used networkd: one file for every NIC. */
function networkd(suite: System['suite'], version: string): System {
  return {
    name: `debian-${version}-networkd`,
    lab: 'networkd',
    suite,
    packages: [],
    files: { '/etc/systemd/network/50-dhcp.network': '[Match]\nName=eth*\n\n[Network]\nDHCP=yes\n' },
    setUp: 'systemctl enable systemd-networkd.service',
    detects: { stack: 'networkd', format: 'networkd' },
    evidence: /networkd/,
    connected: 'table',
    // Seen: after `networkctl reload` networkd lets go of the lease and asks anew, 80 ms later.
    reapplies: false,
  };
}

/** What Debian's cloud images come with: every NIC by DHCP, until cloud-init writes more. */
const netplanDefault = `network:
    version: 2
    ethernets:
        all-en:
            match:
                name: en*
            dhcp4: true
            dhcp4-overrides:
                use-domains: true
            dhcp6: true
            dhcp6-overrides:
                use-domains: true
        all-eth:
            match:
                name: eth*
            dhcp4: true
            dhcp4-overrides:
                use-domains: true
            dhcp6: true
            dhcp6-overrides:
                use-domains: true
`;

const netplanCloudInit = `${cloudInitHeader}network:
    version: 2
    ethernets:
        eth0:
            dhcp4: true
            dhcp6: true
            match:
                macaddress: 00:16:3e:00:00:00
            set-name: eth0
`;

function netplanOnNetworkd(suite: System['suite'], version: string): System {
  return {
    name: `debian-${version}-netplan`,
    lab: 'netplan',
    suite,
    packages: suite === 'bookworm' ? ['netplan.io'] : ['netplan.io', 'systemd-resolved'],
    files: {
      '/etc/netplan/50-cloud-init.yaml': netplanCloudInit,
      '/etc/netplan/90-default.yaml': netplanDefault,
    },
    setUp: 'chmod 600 /etc/netplan/*.yaml; systemctl enable systemd-networkd.service',
    detects: { stack: 'netplan', format: 'netplan' },
    evidence: /netplan/,
    connected: 'table',
    // Seen: after `networkctl reload` networkd lets go of the lease and asks anew, 80 ms later.
    reapplies: false,
  };
}

function netplanOnNetworkManager(suite: System['suite'], version: string): System {
  return {
    name: `debian-${version}-netplan-nm`,
    lab: 'netplan-nm',
    suite,
    packages: ['netplan.io', 'network-manager'],
    files: {
      '/etc/netplan/01-network-manager-all.yaml': 'network:\n  version: 2\n  renderer: NetworkManager\n',
      '/etc/netplan/50-cloud-init.yaml': netplanCloudInit,
    },
    setUp: 'chmod 600 /etc/netplan/*.yaml; systemctl enable NetworkManager.service',
    detects: { stack: 'netplan', format: 'netplan' },
    evidence: /netplan/,
    connected: 'table',
    reapplies: true,
  };
}

function networkManager(suite: System['suite'], version: string): System {
  return {
    name: `debian-${version}-nm`,
    lab: 'nm',
    suite,
    packages: ['network-manager'],
    files: {
      '/etc/NetworkManager/system-connections/cloud-init-eth0.nmconnection': `# Generated by cloud-init. Changes will be lost.

[connection]
id=cloud-init eth0
uuid=1dd9a779-d327-56e1-8454-c65e2556c12c
autoconnect-priority=120
type=ethernet
interface-name=eth0

[user]
org.freedesktop.NetworkManager.origin=cloud-init

[ethernet]

[ipv4]
method=auto
may-fail=false
`,
    },
    setUp: 'systemctl enable NetworkManager.service',
    detects: { stack: 'networkmanager', format: 'keyfile' },
    evidence: /NetworkManager/,
    connected: 'table',
    reapplies: true,
  };
}

/** No network service: the primary is brought up by a unit of the machine's owner. */
function none(suite: System['suite'], version: string): System {
  return {
    name: `debian-${version}-none`,
    lab: 'none',
    suite,
    packages: ['isc-dhcp-client'],
    files: {
      '/etc/systemd/system/primary.service': `[Unit]
Description=The primary, by hand
Before=network.target
Wants=network.target
[Service]
Type=forking
ExecStart=/sbin/dhclient -4 eth0
ExecStartPost=/sbin/ip -6 addr replace 2001:db8:0:100::a/64 dev eth0
KillMode=none
[Install]
WantedBy=multi-user.target
`,
    },
    setUp: 'systemctl enable primary.service; systemctl disable systemd-networkd.service',
    detects: { stack: 'none', format: 'none' },
    evidence: /./,
    connected: 'table',
    reapplies: true,
  };
}

/**
 * cloud-init itself, as on Debian 12's cloud image, which renders for netplan: at the first boot from the metadata, at each
 * later one again, and whenever a NIC comes or goes.
 */
function cloudInit(suite: System['suite'], version: string): System {
  return {
    ...netplanOnNetworkd(suite, version),
    name: `debian-${version}-cloud-init`,
    lab: 'cloud-init',
    packages: ['netplan.io', 'cloud-init'],
    files: {
      '/etc/netplan/90-default.yaml': netplanDefault,
      // The stages that have to do with the network and with scripts; without its metadata it goes on after 5 s.
      '/etc/cloud/cloud.cfg.d/90-lab.cfg': `datasource_list: [AliYun, None]
datasource: { AliYun: { max_wait: 5, timeout: 2 } }
updates: { network: { when: [boot-new-instance, boot, boot-legacy, hotplug] } }
cloud_init_modules: [migrator]
cloud_config_modules: []
cloud_final_modules: [scripts-per-boot, install-hotplug, final-message]
`,
    },
    setUp: 'chmod 600 /etc/netplan/*.yaml; systemctl enable systemd-networkd.service',
  };
}

/** Every guest of the lab; of each stack the one that `each-stack` means comes first. */
export const systems: readonly System[] = [
  ifupdown('bookworm', '12', 'isc-dhcp-client'),
  networkd('bookworm', '12'),
  netplanOnNetworkd('bookworm', '12'),
  networkManager('bookworm', '12'),
  netplanOnNetworkManager('bookworm', '12'),
  none('bookworm', '12'),
  cloudInit('bookworm', '12'),
  withIfupdownHelper(ifupdown('bullseye', '11', 'isc-dhcp-client')),
  ifupdown('trixie', '13', 'isc-dhcp-client'),
  ifupdown('trixie', '13', 'dhcpcd-base'),
  netplanOnNetworkd('trixie', '13'),
  netplanOnNetworkManager('trixie', '13'),
  networkManager('trixie', '13'),
];
