import type { DesiredInterface } from '../../model/desired.ts';
import type { Format, RenderOptions, TemplateUse } from '../format.ts';
import { check } from './check.ts';
import { interfaceView, profileRuleForms } from './view.ts';

/**
 * NetworkManager's own profiles, 1.22 and later (below, a default route in a table of one's own is dropped). Of several for
 * a NIC it takes the one with the highest autoconnect-priority: ours have 200 in every format, since cloud-init's have 120
 * (cloudinit/net/network_manager.py) and come again at each boot.
 */
export const keyfile: Format = {
  id: 'keyfile',
  connected: () => 'table',
  ruleForms: profileRuleForms,
  files: (network, _stack, options) => network.secondaries.map((nic) => profileOf(nic, options)),
  check,
};

/** The profile of one NIC; one of a VLAN says nothing of its parent's. */
export function profileOf(nic: DesiredInterface, options: RenderOptions): TemplateUse {
  return {
    template: 'keyfile/interface.nmconnection.liquid',
    path: `/etc/NetworkManager/system-connections/enid-${nic.name}.nmconnection`,
    mode: 0o600,
    mac: nic.mac,
    view: interfaceView(nic, options),
  };
}
