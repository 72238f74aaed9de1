import type { Namespace } from './namespace.ts';

/**
 * Gives a machine firmware tables that say this, as files of /sys/class/dmi/id (dmi-id.c of the kernel); `{}` has the directory
 * and nothing in it. The rest of /sys/class stays as it is, through links.
 */
export async function pretendFirmware(
  server: Namespace,
  fields: Readonly<Record<string, string>>,
): Promise<void> {
  const script = `
    if [ ! -d /run/lab-sys ]; then
      mkdir /run/lab-sys
      mount --bind /sys /run/lab-sys
      mount -t tmpfs enid-lab /sys
      mkdir -p /sys/class /run/lab-dmi
      for entry in /run/lab-sys/*; do [ "$entry" = /run/lab-sys/class ] || ln -s "$entry" /sys/; done
      for entry in /run/lab-sys/class/*; do [ "$entry" = /run/lab-sys/class/dmi ] || ln -s "$entry" /sys/class/; done
    fi
    rm -rf /sys/class/dmi
    mkdir -p /sys/class/dmi/id`;
  await server.must(['sh', '-ec', script]);
  for (const [name, value] of Object.entries(fields)) {
    await server.must(['sh', '-ec', 'cat > "/sys/class/dmi/id/$1"', 'sh', name], `${value}\n`);
  }
}
