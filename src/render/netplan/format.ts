import type { DesiredInterface, DesiredNetwork } from '../../model/desired.ts';
import { definitionId } from '../../model/netplan.ts';
import type { Stack } from '../../model/stack.ts';
import { isOnForeignParent } from '../../model/vlan.ts';
import type { Format, RenderOptions, TemplateUse } from '../format.ts';
import { profileOf } from '../keyfile/format.ts';
import { filesOf as networkdFiles } from '../networkd/format.ts';
import { check } from './check.ts';
import { dropInView, interfaceView } from './view.ts';

/**
 * netplan, 0.36 and later. The definition's id is {@link definitionId}; the match is by MAC alone. The drop-in belongs to the file that netplan makes of it,
 * 10-netplan-<id>.network (systemd reads drop-ins of .network files since 232).
 *
 * netplan reads its files by name, and a definition must be known before another file speaks of it (seen with 0.106): the
 * file of a VLAN comes after that of its parent. A VLAN on a NIC that is not ours (the primary) has no form here: netplan writes it into the file of the parent, whose
 * definition must be among its own and may be a wildcard for every NIC. Such a VLAN is handed to the back end directly.
 */
export const netplan: Format = {
  id: 'netplan',
  connected: () => 'table',
  files: (network, stack, options) =>
    network.secondaries.flatMap((nic) => filesOf(nic, network, stack, options)),
  check,
};

function filesOf(
  nic: DesiredInterface,
  network: DesiredNetwork,
  stack: Stack,
  options: RenderOptions,
): readonly TemplateUse[] {
  if (isOnForeignParent(nic, network)) {
    if (stack.renderer === 'networkmanager') return [profileOf(nic, options)];
    return networkdFiles(nic, network, stack, options);
  }
  const yaml: TemplateUse = {
    template: 'netplan/interface.yaml.liquid',
    path: `/etc/netplan/${nic.vlan === null ? 60 : 61}-enid-${nic.name}.yaml`,
    mode: 0o600,
    mac: nic.mac,
    view: interfaceView(nic, network, stack, options),
  };
  const view = dropInView(nic, stack);
  if (view === null) return [yaml];
  const path = `/etc/systemd/network/10-netplan-${definitionId(nic)}.network.d/60-enid.conf`;
  return [yaml, { template: 'netplan/dropin.conf.liquid', path, mode: 0o644, mac: nic.mac, view }];
}
