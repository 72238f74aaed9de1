import type { FileChange } from '../model/file.ts';

/**
 * The lines by which a file of each format asks for a lease: interfaces(5), netplan(5), systemd.network(5),
 * nm-settings-keyfile(5), and ifcfg files of Red Hat (sysconfig.txt) and SUSE (ifcfg(5)).
 */
const asking =
  /^(?:iface \S+ inet6? dhcp|\s+up (?:dhclient|dhcpcd)|\s+dhcp[46]: true|DHCP=(?!no$).*|method=(?:auto|dhcp)|BOOTPROTO=\W?dhcp[46]?|DHCPV6C=yes)/gm;

/**
 * True where a NIC gets an address in another way after the change: by a lease before and by hand after, or the other way
 * round. `ip` can set the address, and neither end a DHCP client nor start one: that takes the network service. A file
 * that comes or goes tells nothing.
 */
export function asksOtherwise(files: readonly FileChange[]): boolean {
  return files.some(
    ({ before, after }) =>
      before !== null &&
      after !== null &&
      asked(new TextDecoder().decode(before.bytes)) !== asked(after.text),
  );
}

function asked(text: string): string {
  return (text.match(asking) ?? []).map((line) => line.trim()).join('\n');
}
