import type { DesiredInterface, DesiredNetwork } from '../../model/desired.ts';
import { definitionId } from '../../model/netplan.ts';
import type { Stack } from '../../model/stack.ts';
import type { Format, RenderOptions, TemplateUse } from '../format.ts';
import { profileOf } from '../keyfile/format.ts';
import { profileRuleForms } from '../keyfile/view.ts';
import { filesOf as networkdFiles } from '../networkd/format.ts';
import { ruleForms } from '../networkd/view.ts';
import { check } from './check.ts';
import { dropInView, interfaceView } from './view.ts';

/**
 * netplan, 0.36 and later. The definition's id is {@link definitionId}; the match is by MAC alone. The drop-in belongs to the file that netplan makes of it,
 * 10-netplan-<id>.network (systemd reads drop-ins of .network files since 232).
 *
 * VLANs have no form here and are handed to the back end directly. netplan writes them into the file of the parent, which may
 * be the primary's or a wildcard's; and the file of the VLAN itself would be 10-netplan-eth1.100.network, behind the
 * 10-netplan-all-eth.network of Debian's cloud images, which takes every name that begins so.
 */
export const netplan: Format = {
  id: 'netplan',
  connected: () => 'table',
  ruleForms: (stack) => (stack.renderer === 'networkmanager' ? profileRuleForms(stack) : ruleForms(stack)),
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
  if (nic.vlan !== null) {
    if (stack.renderer === 'networkmanager') return [profileOf(nic, options)];
    return networkdFiles(nic, network, stack, options);
  }
  const yaml: TemplateUse = {
    template: 'netplan/interface.yaml.liquid',
    path: `/etc/netplan/60-enid-${nic.name}.yaml`,
    mode: 0o600,
    mac: nic.mac,
    view: interfaceView(nic, stack, options),
  };
  const view = dropInView(nic, stack);
  if (view === null) return [yaml];
  const path = `/etc/systemd/network/10-netplan-${definitionId(nic)}.network.d/60-enid.conf`;
  return [yaml, { template: 'netplan/dropin.conf.liquid', path, mode: 0o644, mac: nic.mac, view }];
}
