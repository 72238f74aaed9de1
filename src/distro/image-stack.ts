import type { Distro, Stack } from '../model/stack.ts';
import { assumedStack } from './assumed.ts';

/**
 * The stack of an image: what its files tell, and for what only a running system tells (versions, init) what its release
 * ships. An unknown release adds nothing.
 */
export function imageStack({ id, version }: Distro, found: Stack): Stack {
  const shipped = assumedStack(`${id}:${version}`, found.id);
  if (!shipped.ok) return found;
  const { versions, init, dhcpClient } = shipped.value.stack;
  return {
    ...found,
    init: found.init === 'none' ? init : found.init,
    dhcpClient: found.dhcpClient ?? dhcpClient,
    versions: {
      networkmanager: found.versions.networkmanager ?? versions.networkmanager,
      systemd: found.versions.systemd ?? versions.systemd,
      netplan: found.versions.netplan ?? versions.netplan,
      wicked: found.versions.wicked ?? versions.wicked,
      kernel: found.versions.kernel ?? versions.kernel,
    },
  };
}
