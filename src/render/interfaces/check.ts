import type { RenderedFile } from '../../model/file.ts';
import type { Problem } from '../../model/problem.ts';
import { outputProblem } from '../check.ts';
import { checkLines, requestProblem } from '../ifcfg/check.ts';
import { shape, whole } from '../shapes.ts';

const { ip, link, mac, prefix } = shape;
const rule = `(?:from ${prefix} )?(?:to ${prefix} )?lookup \\d+(?: suppress_prefixlength \\d+)? priority \\d+`;
const route = `${prefix}(?: via ${ip})? dev ${link}(?: src ${ip})? table \\d+(?: metric \\d+)?(?: onlink)?`;
const guard = `grep -qix ${mac} /sys/class/net/${link}/address`;
/** Of advertisements the kernel is to take neither a default nor a subnet. */
const deaf = `cd /proc/sys/net/ipv6/conf/${link} && echo 0 >accept_ra_defrtr && echo 0 >accept_ra_pinfo`;
const leases = `-cf /etc/dhcp/enid-[A-Za-z0-9_-]+\\.conf -pf /run/dhclient\\.${link}\\.pid -lf /var/lib/dhcp/dhclient\\.${link}\\.leases ${link}`;
const config = '/etc/network/enid-[A-Za-z0-9_-]+\\.dhcpcd';

/** Options of interfaces(5) inside a stanza. A command that may fail without harm must say so: a failure aborts ifup. */
const options: readonly RegExp[] = [
  whole(`address ${ip}`),
  whole('netmask (?:255\\.255\\.255\\.255|128)'),
  whole('(?:accept_ra [01]|autoconf 0)'),
  whole(`pre-up ${deaf}`),
  whole(`pre-up ${guard}`),
  whole(
    `pre-up ip link show dev ${link} >/dev/null 2>&1 \\|\\| ip link add link ${link} name ${link} type vlan id \\d+`,
  ),
  whole(
    `pre-up start-stop-daemon --stop --quiet --oknodo --pidfile /run/dhclient\\.${link}\\.pid --name dhclient \\|\\| true`,
  ),
  whole(`pre-up dhcpcd -k ${link} >/dev/null 2>&1 \\|\\| true`),
  whole(`pre-up ip link set dev ${link} address ${mac}`),
  whole(`pre-up ip link set dev ${link} up`),
  whole(`pre-up ip link set dev ${link} mtu \\d+ \\|\\| true`),
  whole(`up dhclient -4 -v ${leases} \\|\\| true`),
  whole(`down dhclient -4 -v -r ${leases} \\|\\| true`),
  whole(`up dhcpcd -4 -f ${config} ${link} \\|\\| dhcpcd -4 -b -f ${config} ${link} \\|\\| true`),
  whole(`up ip -[46] addr replace ${prefix} dev ${link} \\|\\| true`),
  whole(`up ip -[46] route replace ${route} \\|\\| true`),
  whole(`up ip -[46] rule add ${rule} \\|\\| true`),
  whole(`(?:up|down) ip -[46] rule del ${rule} 2>/dev/null \\|\\| true`),
  whole(`down dhcpcd -4 -x ${link} \\|\\| true`),
  whole(`post-down ip -4 addr flush dev ${link} \\|\\| true`),
  whole(`post-down ip link (?:set dev ${link} down|del dev ${link}) \\|\\| true`),
];

const hook: readonly RegExp[] = [
  whole(`if \\[ "\\$\\(cat "/sys/class/net/\\$interface/address" 2>/dev/null\\)" = "${mac}" \\]; then`),
  /^ {4}unset( (new|old)_[a-z0-9_]+)+$/,
  /^ {4}new_ip6_prefixlen=128$/,
  /^ {4}new_subnet_mask=255\.255\.255\.255$/,
  /^fi$/,
];

const dhcpcd: readonly RegExp[] = [
  /^(ipv4only|noipv4ll|noarp|nogateway|clientid)$/,
  /^timeout \d+$/,
  /^(no)?option [a-z0-9_]+(, [a-z0-9_]+)*$/,
  /^nohook [a-z.]+(, [a-z.]+)*$/,
];

const ifUp: readonly RegExp[] = [
  /^#!\/bin\/sh$/,
  whole(`\\[ "\\$IFACE" = "${link}" \\] \\|\\| exit 0`),
  whole(`\\[ "\\$\\(cat /sys/class/net/${link}/address 2>/dev/null\\)" = "${mac}" \\] \\|\\| exit 0`),
  whole(
    `setsid ifup -i /etc/network/interfaces\\.d/enid-[A-Za-z0-9_-]+ ${link} </dev/null >/dev/null 2>&1 &`,
  ),
];

/** A stanza, hook or client configuration of ours, read back line by line. What goes by name must test the MAC. */
export function check(file: RenderedFile): readonly Problem[] {
  if (/^\/etc\/network\/interfaces\.d\/enid-[A-Za-z0-9_-]+(\.cfg)?$/.test(file.path))
    return checkStanzas(file);
  if (/^\/etc\/dhcp\/dhclient-enter-hooks\.d\/enid-[A-Za-z0-9_-]+$/.test(file.path)) {
    return [...onlyLines(file, hook), ...namesMac(file)];
  }
  if (/^\/etc\/dhcp\/enid-[A-Za-z0-9_-]+\.conf$/.test(file.path)) return checkLines(file, requestProblem);
  if (whole(config).test(file.path)) {
    const open = file.text.split('\n').includes('nogateway')
      ? []
      : [outputProblem(file, 0, 'lacks nogateway')];
    return [...onlyLines(file, dhcpcd), ...open];
  }
  if (/^\/etc\/network\/if-up\.d\/enid-[A-Za-z0-9_-]+$/.test(file.path)) {
    return [...onlyLines(file, ifUp), ...namesMac(file)];
  }
  return [outputProblem(file, 0, 'not a file of the format interfaces')];
}

function checkStanzas(file: RenderedFile): readonly Problem[] {
  const problems: Problem[] = [];
  const seen = new Set<string>();
  let name = '';
  let stanza = '';
  for (const [index, text] of file.text.split('\n').entries()) {
    const report = (message: string) => problems.push(outputProblem(file, index + 1, message));
    if (text === '' || text.startsWith('#')) continue;
    const [, auto] = whole(`(?:allow-hotplug |auto /?)(${link})`).exec(text) ?? [];
    const [, head, iface] = whole(`(iface (${link}) (?:inet|inet6)) (?:static|dhcp|manual)`).exec(text) ?? [];
    if (auto !== undefined && (name === '' || (auto === name && stanza === ''))) name = auto;
    else if (head !== undefined && iface === name && !seen.has(head)) stanza = head;
    else if (auto !== undefined || head !== undefined) report(`a second or foreign stanza: "${text}"`);
    else if (stanza === '') report(`"${text}" stands before any stanza`);
    else if (!options.some((option) => option.test(text.trim()))) report(`unknown line "${text.trim()}"`);
    if (head !== undefined) seen.add(head);
  }
  const guards = file.text
    .split('\n')
    .filter((text) => text.trim() === `pre-up grep -qix ${file.mac} /sys/class/net/${name}/address`);
  if (guards.length < seen.size || seen.size === 0)
    problems.push(outputProblem(file, 0, `a stanza does not test for ${file.mac}`));
  return [...problems, ...checkAdvertised(file, name)];
}

function checkAdvertised(file: RenderedFile, name: string): readonly Problem[] {
  const lines = file.text.split('\n').map((text) => text.trim());
  const wanted = `pre-up ${deaf.replace(link, () => name)}`;
  return lines.includes('accept_ra 1') && !lines.includes(wanted)
    ? [outputProblem(file, 0, 'would take the default and the subnet of router advertisements into main')]
    : [];
}

function onlyLines(file: RenderedFile, known: readonly RegExp[]): readonly Problem[] {
  return file.text.split('\n').flatMap((text, index) => {
    const fine = text === '' || /^ *# /.test(text) || known.some((line) => line.test(text));
    return fine ? [] : [outputProblem(file, index + 1, `unknown line "${text}"`)];
  });
}

function namesMac(file: RenderedFile): readonly Problem[] {
  return file.text.includes(`"${file.mac}"`) ? [] : [outputProblem(file, 0, `does not test for ${file.mac}`)];
}
