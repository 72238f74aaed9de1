import type { RenderedFile } from '../../src/model/file.ts';

/**
 * Shell text that starts a NetworkManager which leaves the primary alone and makes no profiles of its own, on a bus of its
 * own; it logs to /run/nm.log. `plugins`: what reads the profiles (NetworkManager.conf(5)).
 */
export function startNetworkManager(plugins: string, program = 'NetworkManager'): string {
  return `
rm -rf /etc/NetworkManager/conf.d /run/NetworkManager/conf.d
cat > /etc/NetworkManager/NetworkManager.conf <<'END'
[main]
plugins=${plugins}
dhcp=internal
no-auto-default=*
[device]
match-device=*
managed=1
[keyfile]
unmanaged-devices=interface-name:eth0
END
dbus-daemon --system --fork --nopidfile
${program} --debug >/run/nm.log 2>&1 &
`;
}

/** What has netplan leave all NICs to NetworkManager, as a cloud image with it does. */
export const managedByNetworkManager: RenderedFile = {
  path: '/etc/netplan/01-renderer.yaml',
  text: 'network: {version: 2, renderer: NetworkManager}\n',
  mode: 0o600,
  mac: null,
  template: '',
};
