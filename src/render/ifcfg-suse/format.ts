import type { DesiredInterface, DesiredNetwork } from '../../model/desired.ts';
import { formsOfIp } from '../../model/rule-forms.ts';
import type { Stack } from '../../model/stack.ts';
import type { Format, RenderOptions, TemplateUse } from '../format.ts';
import { ruleWords } from '../ifcfg/iproute.ts';
import { scriptView } from '../ifcfg/script.ts';
import { check } from './check.ts';
import { type Placement, placePolicy, routeLine } from './policy.ts';
import { interfaceView, scriptPath, sysctlLines, type Way } from './view.ts';

const directory = '/etc/sysconfig/network';

/**
 * SUSE's /etc/sysconfig/network: wicked (ifcfg(5), ifcfg-dhcp(5), ifroute(5), ifrule(5), ifsysctl(5); scripts since
 * 0.6.18, called by its extension `dispatch` as SCRIPT CONFIG INTERFACE -o ACTION) and the scripts of SLES 11
 * (sysconfig: ifup, ifup-route, ifup-dhcp; routes(5)). A lease's connected route cannot be kept out of main in either;
 * its default can (DHCLIENT_SET_DEFAULT_ROUTE=no, on wicked the one of option 121 as well). For other routes of option 121
 * wicked has no key: they get into main.
 * IPv6 addresses that are known are set by hand: what length a DHCPv6 client gives them differs, /128 keeps main clean.
 */
export const ifcfgSuse: Format = {
  id: 'ifcfg-suse',
  connected: (_stack, method, family) => (method === 'dhcp' && family === 'ipv4' ? 'main' : 'table'),
  // Whether wicked sends a prefix of zeroes was not tried.
  ruleForms: (stack) => ({ ...formsOfIp(stack), unspecifiedSource: stack.id !== 'wicked' }),
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
  const { name } = nic;
  const place = placePolicy(nic, stack);
  const scripts = scriptsOf(nic, network, place);
  const use = (template: string, path: string, view: TemplateUse['view']): TemplateUse => ({
    template: `ifcfg-suse/${template}.liquid`,
    path,
    mode: template.endsWith('.sh') ? 0o755 : 0o644,
    mac: nic.mac,
    view,
  });
  const lines = (template: string, list: readonly string[]) =>
    list.length === 0 ? [] : [use(template, `${directory}/${template}-${name}`, { name, lines: list })];
  const ways = scripts.map(({ way }) => way);
  return [
    use('ifcfg', `${directory}/ifcfg-${name}`, interfaceView(nic, stack, options, ways)),
    ...lines(
      'ifroute',
      place.routes.map((route) => routeLine(route, nic)),
    ),
    ...lines(
      'ifrule',
      place.rules.map((rule) => `${rule.family} ${ruleWords(rule)}`),
    ),
    ...lines('ifsysctl', sysctlLines(nic, network, stack)),
    ...scripts.map(({ way, view }) => use(`${way}.sh`, scriptPath(nic, way), view)),
  ];
}

/** Routes go with their link; only rules must be taken away again. */
function scriptsOf(
  nic: DesiredInterface,
  network: DesiredNetwork,
  place: Placement,
): readonly { readonly way: Way; readonly view: TemplateUse['view'] }[] {
  const { routes, rules } = place.script;
  const up = { way: 'up' as const, view: scriptView(nic, network.primary, place.script) };
  const down = { way: 'down' as const, view: scriptView(nic, network.primary, { routes: [], rules }) };
  return [...(routes.length + rules.length > 0 ? [up] : []), ...(rules.length > 0 ? [down] : [])];
}
