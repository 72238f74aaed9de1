import type { DesiredInterface, DesiredNetwork } from '../../model/desired.ts';
import { firstOfAll } from '../../model/netplan.ts';
import type { Stack } from '../../model/stack.ts';
import { isOnForeignParent, vlanUnit } from '../../model/vlan.ts';
import type { Format, RenderOptions, TemplateUse } from '../format.ts';
import { check } from './check.ts';
import { interfaceView, knowsPolicy, netdevView, policyView, ruleForms, unitView } from './view.ts';

/**
 * systemd-networkd, 219 and later: a .network file a NIC; a .netdev for a VLAN; below 235 a unit that sets table and rules.
 *
 * networkd makes a VLAN when the .network of its parent asks for it (`VLAN=`). Where that file is not ours (the primary's,
 * a person's) it is not touched, nor by a drop-in, for which networkd would set the parent up again: a unit makes the VLAN,
 * and networkd configures it like any link. Units are wanted by a drop-in of networkd's own unit, so that nothing has to be
 * enabled.
 *
 * Of all .network files the first that matches is taken, by file name over all directories (systemd.network(5)). Wildcards
 * that cloud images come with are as low as 10-netplan-all-eth (Debian 12) and 50-dhcp (Alibaba Cloud Linux 2),
 * cloud-init writes 10-cloud-init-*, and people write 00-all: hence `0-`, which stands before all of them. What stands before
 * it still is named by a note (verify/hidden-file.ts).
 */
export const networkd: Format = {
  id: 'networkd',
  connected: () => 'table',
  ruleForms,
  files: (network, stack, options) =>
    network.secondaries.flatMap((nic) => filesOf(nic, network, stack, options)),
  check,
};

/** The files of one NIC. */
export function filesOf(
  nic: DesiredInterface,
  network: DesiredNetwork,
  stack: Stack,
  options: RenderOptions,
): readonly TemplateUse[] {
  const common = { mode: 0o644, mac: nic.mac };
  const file = (template: string, path: string, view: TemplateUse['view']): TemplateUse => ({
    ...common,
    template: `networkd/${template}.liquid`,
    path,
    view,
  });
  const base = `/etc/systemd/network/${firstOfAll}${nic.name}`;
  const units: string[] = [];
  const files = [file('interface.network', `${base}.network`, interfaceView(nic, network, stack, options))];
  if (isOnForeignParent(nic, network, stack)) {
    units.push(vlanUnit(nic.name));
    files.push(file('vlan.service', `/etc/systemd/system/${vlanUnit(nic.name)}`, unitView(nic)));
  } else if (nic.vlan !== null) {
    files.push(file('vlan.netdev', `${base}.netdev`, netdevView(nic)));
  }
  if (!knowsPolicy(stack.versions.systemd)) {
    const unit = `enid-policy-${nic.name}.service`;
    units.push(unit);
    files.push(
      file('policy.service', `/etc/systemd/system/${unit}`, policyView(nic, stack.versions.systemd)),
    );
  }
  const wants = `/etc/systemd/system/systemd-networkd.service.d/60-enid-${nic.name}.conf`;
  if (units.length > 0) files.push(file('wants.conf', wants, { units }));
  return files;
}
