/**
 * A script for {@link makeMachine} that gives the machine a root directory as a freshly installed server has it:
 * the host's programs, a small /etc, and an empty /run and /var/lib/enid, all in memory. `directory` is an empty
 * directory of the host to build it on; the host itself is not written to.
 *
 * - /sys is mounted anew, since /sys/class/net shows the namespace it was mounted in; where that is not allowed
 *   (some containers) an empty one is better than the host's.
 * - Files at the root, such as /.dockerenv, stay outside: the machine is a server, wherever the lab runs.
 * - What /var/lib holds on the host stays reachable through links: a checkout may live there.
 */
export function machineRoot(directory: string): string {
  return `
set -e
root=${directory}
mount -t tmpfs -o mode=755 enid-lab "$root"
mkdir "$root/etc" "$root/run" "$root/sys" "$root/var" "$root/.host"
for entry in /*; do
  case "$entry" in /etc|/run|/sys|/var) continue ;; esac
  if [ -L "$entry" ]; then cp -P "$entry" "$root$entry"
  elif [ -d "$entry" ]; then mkdir -p "$root$entry"; mount --rbind "$entry" "$root$entry"; fi
done
mount -t sysfs sysfs "$root/sys" 2>/dev/null || mount -t tmpfs enid-lab "$root/sys"
for entry in alternatives group iproute2 ld.so.cache ld.so.conf ld.so.conf.d localtime nsswitch.conf os-release passwd; do
  if [ -e "/etc/$entry" ]; then cp -RP "/etc/$entry" "$root/etc/"; fi
done
mkdir "$root/etc/sysctl.d" "$root/etc/enid" "$root/run/enid"
for entry in /var/*; do
  case "$entry" in /var/lib|/var/run) continue ;; esac
  ln -s "/.host$entry" "$root$entry"
done
mkdir "$root/var/lib"
ln -s /run "$root/var/run"
for entry in /var/lib/*; do
  case "$entry" in /var/lib/enid) continue ;; esac
  ln -s "/.host$entry" "$root$entry"
done
cd "$root"
pivot_root . .host
cd /
`;
}
