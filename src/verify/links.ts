import type { DesiredInterface } from '../model/desired.ts';
import type { Difference, IpCommand } from '../model/difference.ts';
import type { KernelState, Link } from '../model/kernel.ts';
import { type Comparison, linkOf, parentOf } from './comparison.ts';

type Vlan = DesiredInterface & { readonly vlan: NonNullable<DesiredInterface['vlan']> };

/**
 * Links that are not there (a VLAN whose parent is there can be made), VLANs with another id, parent or MAC, links that are
 * down or have another MTU. The network stage has seen to it that a VLAN in the way is of our making.
 */
export function linkDifferences({ kernel, network }: Comparison): readonly Difference[] {
  return network.secondaries.flatMap((nic): readonly Difference[] => {
    const { name, mac } = nic;
    const wrong = nic.vlan === null ? null : vlanDifference({ ...nic, vlan: nic.vlan }, kernel);
    if (wrong !== null) return [wrong];
    const link = linkOf(nic, kernel);
    if (link !== undefined) return stateDifferences(nic, link);
    const lines = parentOf(nic, kernel) === undefined ? [] : makeLines(nic);
    return [{ kind: 'link-missing', mac, text: `there is no link ${name} with MAC ${mac}`, mend: ip(lines) }];
  });
}

/** The links of VLANs that nobody wants any more; the last of a batch, since all else of theirs goes before. */
export function surplusLinks({ kernel, context }: Comparison): readonly Difference[] {
  const made = context.gone.filter((nic) => nic.isMade === true && linkOf(nic, kernel)?.kind === 'vlan');
  return made.map(({ name, mac }) => {
    return {
      kind: 'link-surplus',
      mac,
      text: `the VLAN ${name} is left`,
      mend: ip([`link del dev ${name}`]),
    };
  });
}

/** Null: the link is the right one, or there is none. What the kernel does not tell counts as right. */
function vlanDifference(nic: Vlan, kernel: KernelState): Difference | null {
  const { name, mac, vlan } = nic;
  const here = kernel.links.find((link) => link.name === name && link.kind === 'vlan');
  const former = kernel.links.find((link) => link.mac === mac && link.kind === 'vlan' && link.name !== name);
  const wanted = `VLAN ${vlan.id} of ${vlan.parent} with MAC ${mac}`;
  const differs = (link: Link, lines: readonly string[]): Difference => {
    const is = `VLAN ${link.vlanId} of ${link.parent} with MAC ${link.mac}`;
    return { kind: 'link-wrong', mac, text: `${link.name} is ${is} instead of ${wanted}`, mend: ip(lines) };
  };
  if (here !== undefined && isElsewhere(here, vlan)) {
    return differs(here, [`link del dev ${name}`, ...makeLines(nic)]);
  }
  if (here !== undefined && here.mac !== mac) return differs(here, [`link set dev ${name} address ${mac}`]);
  if (former === undefined) return null;
  return differs(former, [`link del dev ${former.name}`, ...(here === undefined ? makeLines(nic) : [])]);
}

function isElsewhere({ vlanId, parent }: Link, vlan: Vlan['vlan']): boolean {
  return (vlanId !== null && vlanId !== vlan.id) || (parent !== null && parent !== vlan.parent);
}

function makeLines({ name, mac, mtu, vlan }: DesiredInterface): readonly string[] {
  const size = mtu === null ? '' : ` mtu ${mtu}`;
  const add = `link add link ${vlan?.parent} name ${name} address ${mac}${size} type vlan id ${vlan?.id}`;
  return [add, `link set dev ${name} up`];
}

function stateDifferences({ name, mac, mtu }: DesiredInterface, link: Link): readonly Difference[] {
  const found: Difference[] = [];
  if (!link.up) {
    const text = `${name} is down`;
    found.push({ kind: 'link-down', mac, text, mend: ip([`link set dev ${name} up`]) });
  }
  if (mtu !== null && link.mtu !== mtu) {
    const text = `${name} has MTU ${link.mtu} instead of ${mtu}`;
    found.push({ kind: 'mtu', mac, text, mend: ip([`link set dev ${name} mtu ${mtu}`]) });
  }
  return found;
}

function ip(lines: readonly string[]): readonly IpCommand[] {
  return lines.map((line) => ({ family: 'link', line }));
}
