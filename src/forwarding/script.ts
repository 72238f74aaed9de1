import { createHash } from 'node:crypto';
import { marker, type RenderedFile } from '../model/file.ts';
import { type DesiredForwarding, forwardingPath, forwardingRecord, markText } from '../model/forwarding.ts';
import { iptablesChains, iptablesRules } from './iptables.ts';
import { nftTable } from './nft.ts';
import { unloadFunctions, ways } from './unload.ts';

/** The script, as a file of ours. Names of links hold nothing that a shell, nft or iptables would interpret (render/values.ts). */
export function forwardingFile(forwarding: DesiredForwarding): RenderedFile {
  return {
    path: forwardingPath,
    text: scriptOf(forwarding),
    mode: 0o644,
    mac: null,
    template: 'src/forwarding/script.ts',
  };
}

/** The first word of the record of what was loaded: another script has another. */
export function forwardingId(forwarding: DesiredForwarding): string {
  return createHash('sha256').update(bodyOf(forwarding)).digest('hex').slice(0, 16);
}

/**
 * `start` loads the marks by the first way that the kernel takes: one nftables table of family inet (its chain of type route needs
 * Linux 5.2), tables of families ip and ip6, or chains in table mangle of iptables. Each replaces what is there at once. Then
 * it writes down what the kernel shows of it. `stop` removes all.
 */
function scriptOf(forwarding: DesiredForwarding): string {
  return `${marker}
# Replies of forwarded connections leave by the NIC that the connection came in by (forwarding: symmetric).
# start loads it, stop removes it; enid-forwarding.service does the first at boot.
id=${forwardingId(forwarding)}
${bodyOf(forwarding)}`;
}

function bodyOf(forwarding: DesiredForwarding): string {
  return `PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C
export PATH LC_ALL

${markRules(forwarding)}

${nftFunctions(forwarding)}

${iptablesFunctions(forwarding)}

${unloadFunctions}

${mainPart}`;
}

function markRules({ nics, mask }: DesiredForwarding): string {
  const lines = nics.flatMap((nic) =>
    nic.families.map((family) => {
      const option = family === 'ipv4' ? '-4' : '-6';
      return `\t"$1" ${option} ${markText(nic, mask)} ${nic.table}`;
    }),
  );
  return `mark_rules() {
${lines.join('\n')}
}

add_rule() {
	ip "$1" rule show | grep -q "^$3:.* fwmark $2 lookup $3 *$" || ip "$1" rule add fwmark "$2" lookup "$3" priority "$3"
}

remove_rule() {
	while ip "$1" rule del fwmark "$2" lookup "$3" priority "$3" 2>/dev/null; do :; done
}`;
}

function nftFunctions(forwarding: DesiredForwarding): string {
  return `load_nft_inet() {
	nft -f - <<'END'
${nftTable('inet', forwarding)}
END
}

load_nft_ip() {
	nft -f - <<'END'
${nftTable('ip', forwarding)}
${nftTable('ip6', forwarding)}
END
}`;
}

function iptablesFunctions(forwarding: DesiredForwarding): string {
  const hasIpv6 = forwarding.nics.some((nic) => nic.families.includes('ipv6'));
  const rules = iptablesRules(forwarding).map(({ nic, line }) =>
    nic === null ? `\techo '${line}'` : `\t! is_own ${nic.name} ${nic.mac} || echo '${line}'`,
  );
  return `# iptables cannot match the MAC that a packet was sent to: a name that another NIC bears now gets no rule.
is_own() {
	read -r mac 2>/dev/null <"/sys/class/net/$1/address" || return 0
	[ "$mac" = "$2" ] || partly=-partly
	[ "$mac" = "$2" ]
}

iptables_rules() {
${rules.join('\n')}
}

load_iptables() {
	iptables_load iptables${hasIpv6 ? ' && iptables_load ip6tables' : ''} && iptables_rules >/dev/null
}

iptables_load() {
	wait=
	! "$1-restore" -w --noflush </dev/null >/dev/null 2>&1 || wait=-w
	{
		echo '*mangle'
		printf ':%s - [0:0]\\n' ${iptablesChains.map(({ name }) => name).join(' ')}
		iptables_rules
		echo COMMIT
	} | "$1-restore" $wait --noflush || return 1
${iptablesChains.map(({ hook, name }) => `\tjump "$1" ${hook} ${name} || return 1`).join('\n')}
}

jump() {
	"$1" -t mangle -S "$2" | grep -q -x -e "-A $2 -j $3" || "$1" $wait -t mangle -A "$2" -j "$3"
}

iptables_list() {
	iptables -t mangle -S | grep ENID-
	! command -v ip6tables >/dev/null || ip6tables -t mangle -S | grep ENID-
}`;
}

const mainPart = `load() {
	case $1 in
	nft-inet) load_nft_inet ;;
	nft-ip) load_nft_ip ;;
	iptables) load_iptables ;;
	esac
}

list() {
	case $1 in
	nft-inet) nft list table inet enid ;;
	nft-ip) nft list table ip enid && nft list table ip6 enid ;;
	iptables) iptables_list ;;
	esac
}

partly=
case $1 in
start)
	mark_rules add_rule
	mkdir -p ${forwardingRecord.slice(0, forwardingRecord.lastIndexOf('/'))}
	for way in ${ways.join(' ')}; do
		load "$way" 2>${forwardingRecord}.said || { sed "s/^/$way: /" ${forwardingRecord}.said >&2; continue; }
		former=$(loaded_way)
		[ "$former" = "$way" ] || unload "$former"
		{ echo "$id$partly $way" && list "$way"; } >${forwardingRecord}.part
		mv ${forwardingRecord}.part ${forwardingRecord}
		rm -f ${forwardingRecord}.said
		exit 0
	done
	rm -f ${forwardingRecord}.said
	exit 1
	;;
stop)
	mark_rules remove_rule
	unload "$(loaded_way)" && rm -f ${forwardingRecord}
	;;
*)
	echo "Usage: sh $0 {start|stop}" >&2
	exit 2
	;;
esac
`;
