import type { Difference } from '../model/difference.ts';
import { type Comparison, linkOf, parentOf } from './comparison.ts';

/** Links that are not there (a VLAN whose parent is there can be made), that are down, or have another MTU. */
export function linkDifferences({ kernel, network }: Comparison): readonly Difference[] {
  return network.secondaries.flatMap((nic): readonly Difference[] => {
    const { name, mac, mtu } = nic;
    const link = linkOf(nic, kernel);
    if (link === undefined) {
      const parent = parentOf(nic, kernel);
      const add = `link add link ${parent?.name} name ${name} address ${mac} type vlan id ${nic.vlan?.id}`;
      const lines = parent === undefined ? [] : [add, `link set dev ${name} up`];
      const mend = lines.map((line) => ({ family: 'link' as const, line }));
      return [{ kind: 'link-missing', mac, text: `there is no link ${name} with MAC ${mac}`, mend }];
    }
    const found: Difference[] = [];
    if (!link.up) {
      const mend = [{ family: 'link' as const, line: `link set dev ${name} up` }];
      found.push({ kind: 'link-down', mac, text: `${name} is down`, mend });
    }
    if (mtu !== null && link.mtu !== mtu) {
      const mend = [{ family: 'link' as const, line: `link set dev ${name} mtu ${mtu}` }];
      found.push({ kind: 'mtu', mac, text: `${name} has MTU ${link.mtu} instead of ${mtu}`, mend });
    }
    return found;
  });
}
