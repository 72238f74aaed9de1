import type { FormatId, Stack } from '../../model/stack.ts';

type Recipe = (nic: string, addresses: readonly string[]) => string;

/**
 * How a further address of the primary, which enid does not configure, is made to last, by the format of its files. Host
 * prefixes, so that none becomes the preferred source. The forms are those of the consumers' manuals: nmcli(1), netplan(5),
 * systemd.network(5), ifcfg(5), interfaces(5), and Red Hat's alias files.
 */
const lasting: Readonly<Record<Exclude<FormatId, 'none'>, Recipe>> = {
  keyfile: nmcli,
  'ifcfg-nm': nmcli,
  netplan: (nic, addresses) =>
    `\`netplan set ethernets.${nic}.addresses=[${addresses.join(',')}]\` and \`netplan apply\``,
  networkd: (nic, addresses) =>
    `\`Address=\` lines in [Network] (${addresses.join(', ')}) of ${nic}'s .network file and \`networkctl reload\``,
  ifcfg: (nic, addresses) =>
    `files ifcfg-${nic}:1 … (DEVICE=${nic}:1, IPADDR=, PREFIX=32, ONPARENT=yes) for ${addresses.join(', ')}`,
  'ifcfg-suse': (nic, addresses) =>
    `${addresses.map((address, index) => `IPADDR_${index + 1}='${address}'`).join(' ')} in ifcfg-${nic} and \`wicked ifreload ${nic}\``,
  interfaces: (nic, addresses) =>
    `\`up ip address add ADDRESS dev ${nic} || true\` below \`iface ${nic}\` for ${addresses.join(', ')}`,
};

function nmcli(nic: string, addresses: readonly string[]): string {
  const four = addresses.filter((address) => !address.includes(':'));
  const six = addresses.filter((address) => address.includes(':'));
  const words = [
    ...(four.length === 0 ? [] : [`+ipv4.addresses ${four.join(',')}`]),
    ...(six.length === 0 ? [] : [`+ipv6.addresses ${six.join(',')}`]),
  ];
  return `\`nmcli connection modify PROFILE ${words.join(' ')}\` (PROFILE: see \`nmcli device show ${nic}\`) and \`nmcli device reapply ${nic}\``;
}

/** Now, by hand; and to last, where the stack is known. `addresses` with their prefix length. */
export function howToAdd(nic: string, addresses: readonly string[], stack: Stack | null): string {
  const now = addresses.map((address) => `\`ip address add ${address} dev ${nic}\``).join(', ');
  const format = stack?.format ?? 'none';
  const last = format === 'none' ? '' : `; to last: ${lasting[format](nic, addresses)}`;
  return `enid does so with \`interfaces: {manage_primary: true}\`; by hand: now ${now}${last}`;
}
