import type { Address, Prefix } from '../../model/address.ts';
import type { DesiredInterface, DesiredNetwork } from '../../model/desired.ts';
import type { FileChange } from '../../model/file.ts';
import type { Mac } from '../../model/mac.ts';
import type { Stack } from '../../model/stack.ts';
import type { Change, GoneInterface } from '../../model/step.ts';

export const mac = (number: number): Mac => `00:16:3e:00:00:0${number}` as Mac;

/** A secondary in a slot, named as the kernel would. */
export function nic(slot: number, more: Partial<DesiredInterface> = {}): DesiredInterface {
  return {
    name: `eth${slot}`,
    mac: mac(slot + 1),
    id: null,
    slot,
    table: 21000 + slot,
    mtu: null,
    vlan: null,
    ipv4: null,
    ipv6: null,
    routes: [],
    rules: [],
    ...more,
  };
}

export function network(...secondaries: readonly DesiredInterface[]): DesiredNetwork {
  const subnet = '10.0.0.0/24' as Prefix;
  return {
    primary: {
      name: 'eth0',
      mac: mac(1),
      id: null,
      ipv4: { addresses: ['10.0.0.10' as Address], subnet, gateway: '10.0.0.253' as Address },
      ipv6: null,
    },
    secondaries,
    setAside: [],
    sysctls: [],
  };
}

export function stack(more: Partial<Stack> & Pick<Stack, 'id' | 'format'>): Stack {
  return {
    renderer: more.id === 'netplan' ? 'networkd' : null,
    init: 'systemd',
    versions: { networkmanager: null, systemd: [252], netplan: null, wicked: null, kernel: null },
    dhcpClient: null,
    include: null,
    networkScripts: false,
    ...more,
  };
}

/** A file of a NIC: new, changed or removed. */
export function file(
  path: string,
  of: DesiredInterface | GoneInterface,
  action: FileChange['action'],
  text = '',
): FileChange {
  const before = { bytes: new Uint8Array(), mode: 0o600, uid: 0, gid: 0 };
  return {
    path,
    action,
    before: action === 'create' ? null : before,
    after: action === 'remove' ? null : { text, mode: 0o600 },
    mac: of.mac,
  };
}

export function change(on: Stack, more: Partial<Change> = {}): Change {
  const touched = more.touched ?? [];
  return { network: network(...touched), stack: on, files: [], touched, gone: [], ...more };
}

export function goneNic(slot: number, present: boolean): GoneInterface {
  return { name: `eth${slot}`, mac: mac(slot + 1), table: 21000 + slot, present };
}
