import type { Namespace } from './namespace.ts';
import type { Nic } from './nic.ts';

/** What a person writes for `provider: file` about these NICs; the primary is the one that says so. */
export function savedNetwork(nics: readonly Nic[]): object {
  return {
    schema: 1,
    cloud: 'homemade',
    instanceId: 'i-saved',
    interfaces: nics.map((nic) => ({
      mac: nic.mac,
      id: nic.id,
      primary: nic.primary,
      ipv4: {
        dhcp: false,
        addresses: nic.ipv4,
        subnet: nic.subnet.cidr4,
        gateway: nic.subnet.gateway4,
      },
      ipv6: {
        addresses: nic.ipv6,
        subnet: nic.subnet.cidr6,
        gateway: nic.subnet.gateway6,
      },
    })),
  };
}

/** Replaces a file as editors and configuration management do: a new one beside it, then a rename. */
export async function replaceFile(server: Namespace, path: string, text: string): Promise<void> {
  await server.must(['sh', '-ec', 'cat > "$1.new"; mv "$1.new" "$1"', 'sh', path], text);
}

/** Writes over a file, in two halves a moment apart, as a slow editor does. */
export async function overwriteFile(server: Namespace, path: string, text: string): Promise<void> {
  const half = Math.floor(text.length / 2);
  await server.must(['sh', '-ec', 'cat > "$1"', 'sh', path], text.slice(0, half));
  await server.must(['sh', '-ec', 'cat >> "$1"', 'sh', path], text.slice(half));
}
