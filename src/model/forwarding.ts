import type { Family } from './address.ts';
import type { Mac } from './mac.ts';

/** What makes replies of forwarded connections leave by the NIC that the connection came in by. */
export interface DesiredForwarding {
  /** The bits of the packet mark and of the connection mark that are ours. */
  readonly mask: number;
  /** At least one, by table. */
  readonly nics: readonly MarkedNic[];
}

/** One secondary and its mark. */
export interface MarkedNic {
  readonly name: string;
  readonly mac: Mac;
  /** Its table, which is also the priority of its mark rules. */
  readonly table: number;
  /** Not zero, and within the mask. */
  readonly mark: number;
  /** Those that it has: each gets a rule `fwmark MARK/MASK lookup TABLE`. */
  readonly families: readonly Family[];
}

/** The script that loads and removes it; enid-forwarding.service runs it at boot. */
export const forwardingPath = '/etc/enid/forwarding.sh';
/** What was loaded since boot, as the kernel showed it right after. */
export const forwardingRecord = '/run/enid/forwarding';

/** e.g. `0x1/0x7f`, as iproute2 prints it. */
export function markText({ mark }: Pick<MarkedNic, 'mark'>, mask: number): string {
  return mask === 0xffffffff ? hex(mark) : `${hex(mark)}/${hex(mask)}`;
}

/** An unsigned number of 32 bits as iproute2, nft and iptables take it. */
export function hex(value: number): string {
  return `0x${(value >>> 0).toString(16)}`;
}
