import { forwardingRecord } from '../model/forwarding.ts';
import { iptablesChains } from './iptables.ts';
import { nftTableName } from './nft.ts';

/** The ways to load it, by the name that the record has. */
export const ways = ['nft-inet', 'nft-ip', 'iptables'] as const;
export type Way = (typeof ways)[number];

/**
 * Shell functions: `unload WAY` removes what was loaded that way (nothing there is no failure), `loaded_way` prints the way of the
 * record. They need no file of ours, so that what is loaded can be removed whatever became of the script.
 */
export const unloadFunctions = `loaded_way() {
	[ ! -r ${forwardingRecord} ] || { read -r _ way <${forwardingRecord} && echo "$way"; }
}

unload() {
	case $1 in
	nft-inet) nft_remove inet ;;
	nft-ip) nft_remove ip && nft_remove ip6 ;;
	iptables) iptables_remove iptables && iptables_remove ip6tables ;;
	esac
}

nft_remove() {
	printf 'table %s ${nftTableName}\\ndelete table %s ${nftTableName}\\n' "$1" "$1" | nft -f -
}

iptables_remove() {
	command -v "$1" >/dev/null || return 0
	wait=
	! "$1" -w -t mangle -S >/dev/null 2>&1 || wait=-w
${iptablesChains.map(({ hook, name }) => `\tchain_remove "$1" ${hook} ${name} || return 1`).join('\n')}
}

chain_remove() {
	"$1" $wait -t mangle -S "$3" >/dev/null 2>&1 || return 0
	while "$1" $wait -t mangle -D "$2" -j "$3" 2>/dev/null; do :; done
	"$1" $wait -t mangle -F "$3" && "$1" $wait -t mangle -X "$3"
}`;

/** For `sh -c`: removes what was loaded, but for the mark rules, which `ip` removes. */
export const unloadScript = `PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C
export PATH LC_ALL

${unloadFunctions}

unload "$(loaded_way)" && rm -f ${forwardingRecord}
`;
