import type { DesiredInterface, DesiredNetwork } from '../../model/desired.ts';
import { formsOfIp } from '../../model/rule-forms.ts';
import type { Format, RenderOptions, TemplateUse } from '../format.ts';
import { ifcfg } from '../ifcfg/format.ts';
import { scriptView } from '../ifcfg/script.ts';
import { profileRuleForms } from '../keyfile/view.ts';
import { type Abilities, abilitiesOf, leavesItToScripts } from './abilities.ts';
import { check } from './check.ts';
import { interfaceView, routeFiles } from './view.ts';

const directory = '/etc/sysconfig/network-scripts';

/**
 * NetworkManager reading ifcfg files (nm-settings-ifcfg-rh(5); nms-ifcfg-rh-reader.c; rules as in
 * nm_ip_routing_rule_from_string, which needs a priority, a table and from or to). What it writes goes by its version:
 *
 * - 1.30 and later: DEFROUTE=no, the connected route of a lease moved by IPV4_ROUTE_TABLE, the default in route-NAME,
 *   rules in ROUTING_RULE_n.
 * - 1.18–1.28: a default in route-NAME is dropped (seen with 1.18), so the profile's own default (DEFROUTE=yes, GATEWAY0) goes to the table
 *   with the rest of the lease. PEERROUTES=no would drop it; the routes of option 121 go to the table as well. A gateway
 *   is read only beside an address of the same number: without IPADDR, GATEWAY is nothing. The IPv6 default is written
 *   as two halves.
 * - older: network-scripts if there are any; else the same with rules (and, below 1.10, routes) set by a script in
 *   /etc/NetworkManager/dispatcher.d.
 *
 * A file rule-NAME is never written for NetworkManager itself: it would then ignore route-NAME and ROUTING_RULE_n.
 */
export const ifcfgNm: Format = {
  id: 'ifcfg-nm',
  connected(stack, method, family) {
    if (leavesItToScripts(stack)) return ifcfg.connected(stack, method, family);
    const moved = method === 'static' || family === 'ipv6' || abilitiesOf(stack).tables;
    return moved ? 'table' : 'main';
  },
  ruleForms: (stack) => (abilitiesOf(stack).rules ? profileRuleForms(stack) : formsOfIp(stack)),
  files(network, stack, options) {
    if (leavesItToScripts(stack)) return ifcfg.files(network, stack, options);
    return network.secondaries.flatMap((nic) => filesOf(nic, network, abilitiesOf(stack), options));
  },
  check,
};

function filesOf(
  nic: DesiredInterface,
  network: DesiredNetwork,
  abilities: Abilities,
  options: RenderOptions,
): readonly TemplateUse[] {
  const use = (template: string, path: string, mode: number, view: TemplateUse['view']): TemplateUse => ({
    template: `ifcfg-nm/${template}.liquid`,
    path,
    mode,
    mac: nic.mac,
    view,
  });
  const { name } = nic;
  return [
    use('ifcfg', `${directory}/ifcfg-${name}`, 0o644, interfaceView(nic, abilities, options)),
    ...routeFiles(nic, abilities).map(({ file, lines }) =>
      use('route', `${directory}/${file}`, 0o644, { name, lines }),
    ),
    ...dispatched(nic, network, abilities).map((view) =>
      use('dispatcher.sh', `/etc/NetworkManager/dispatcher.d/60-enid-${name}`, 0o755, view),
    ),
  ];
}

/** The script for what this version has no keys for; none where there is nothing of the kind. */
function dispatched(
  nic: DesiredInterface,
  network: DesiredNetwork,
  abilities: Abilities,
): readonly TemplateUse['view'][] {
  const routes = abilities.tables ? [] : nic.routes;
  const rules = abilities.rules ? [] : nic.rules;
  if (routes.length + rules.length === 0) return [];
  return [scriptView(nic, network.primary, { routes, rules })];
}
