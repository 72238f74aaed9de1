import type { DesiredInterface, DesiredNetwork } from '../../model/desired.ts';
import { formsOfIp } from '../../model/rule-forms.ts';
import type { Stack } from '../../model/stack.ts';
import type { Format, RenderOptions, TemplateUse } from '../format.ts';
import { check } from './check.ts';
import {
  dhclientConfig,
  dhclientView,
  dhcpcdConfig,
  dhcpcdView,
  hookView,
  ifUpView,
  plainName,
  stanzaView,
  wayOf,
} from './view.ts';

/**
 * ifupdown, 0.7 and later: a file of stanzas a NIC, and what keeps its DHCP client out of main. Two stanzas for a NIC are one
 * interface: where cloud-init has written one too, each starts a dhclient with the same pid file, and ifdown finds only the
 * last; one dhcpcd for both families (pid file without `-4`) takes the commands of a second, and its routes stay (both seen
 * with ifupdown 0.8.41). Ours comes after 50-cloud-init and ends the client of the other before it starts its own; of dhcpcd
 * by `-k`, since `-x` leaves the routes where its configuration says `persistent`, as Debian's does.
 */
export const interfaces: Format = {
  id: 'interfaces',
  connected: () => 'table',
  ruleForms: formsOfIp,
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
  const plain = plainName(nic);
  const file = (template: string, path: string, view: TemplateUse['view'], mode = 0o644): TemplateUse => ({
    template: `interfaces/${template}.liquid`,
    path,
    mode,
    mac: nic.mac,
    view,
  });
  const suffix = stack.include === 'cfg-suffix' ? '.cfg' : '';
  const files = [file('stanza', `/etc/network/interfaces.d/${plain}${suffix}`, stanzaView(nic, stack))];
  const ways = [wayOf(nic.ipv4, 'ipv4', stack), wayOf(nic.ipv6, 'ipv6', stack)];
  if (ways.includes('dhclient') || ways.includes('dhcp6')) {
    files.push(
      file('dhclient-hook', `/etc/dhcp/dhclient-enter-hooks.d/${plain}`, hookView(nic, stack, options)),
    );
  }
  if (ways.includes('dhclient'))
    files.push(file('dhclient.conf', dhclientConfig(nic), dhclientView(nic, options)));
  if (ways.includes('dhcpcd')) files.push(file('dhcpcd.conf', dhcpcdConfig(nic), dhcpcdView(nic, options)));
  if (stack.include === 'none') {
    files.push(file('if-up', `/etc/network/if-up.d/${plain}`, ifUpView(nic, network.primary), 0o755));
  }
  return files;
}
