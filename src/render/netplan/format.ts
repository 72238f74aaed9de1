import type { DesiredInterface, DesiredNetwork } from '../../model/desired.ts';
import { definitionId } from '../../model/netplan.ts';
import type { Stack } from '../../model/stack.ts';
import type { Format, RenderOptions, TemplateUse } from '../format.ts';
import { check } from './check.ts';
import { dropInView, interfaceView } from './view.ts';

/**
 * netplan, 0.36 and later. The definition's id is {@link definitionId}; the match is by MAC alone. The drop-in belongs to the file that netplan makes of it,
 * 10-netplan-<id>.network (systemd reads drop-ins of .network files since 232).
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
  const yaml: TemplateUse = {
    template: 'netplan/interface.yaml.liquid',
    path: `/etc/netplan/60-enid-${nic.name}.yaml`,
    mode: 0o600,
    mac: nic.mac,
    view: interfaceView(nic, network, stack, options),
  };
  const view = dropInView(nic, stack);
  if (view === null) return [yaml];
  const path = `/etc/systemd/network/10-netplan-${definitionId(nic)}.network.d/60-enid.conf`;
  return [yaml, { template: 'netplan/dropin.conf.liquid', path, mode: 0o644, mac: nic.mac, view }];
}
