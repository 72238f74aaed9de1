import type { InstanceFamily, InstanceInterface, InstanceNetwork } from '../model/instance.ts';

/**
 * The text of `enid metadata --json`, which `render --metadata`, provider `file` and state.json read back: every key
 * written (`asOf`, `bond` and `routes` only where they are said), in a fixed order, two spaces of indentation, one final newline.
 */
export function printInstance(instance: InstanceNetwork): string {
  return `${JSON.stringify(instanceJson(instance), null, 2)}\n`;
}

/** The same as plain data, for a document that holds it among other things. */
export function instanceJson(instance: InstanceNetwork): object {
  return {
    schema: instance.schema,
    cloud: instance.cloud,
    instanceId: instance.instanceId,
    ...(instance.asOf === undefined ? {} : { asOf: instance.asOf }),
    primaryMac: instance.primaryMac,
    dns: instance.dns,
    interfaces: instance.interfaces.map(interfaceJson),
  };
}

function interfaceJson(nic: InstanceInterface): object {
  return {
    mac: nic.mac,
    name: nic.name,
    id: nic.id,
    primary: nic.primary,
    mtu: nic.mtu,
    ipv4: familyJson(nic.ipv4),
    ipv6: familyJson(nic.ipv6),
    vlan: nic.vlan === null ? null : { parentMac: nic.vlan.parentMac, id: nic.vlan.id },
    ...(nic.bond === undefined ? {} : { bond: { members: nic.bond.members } }),
  };
}

function familyJson(family: InstanceFamily): object {
  return {
    dhcp: family.dhcp,
    addresses: family.addresses,
    prefixLength: family.prefixLength,
    subnet: family.subnet,
    gateway: family.gateway,
    prefixes: family.prefixes,
    ...(family.routes === undefined
      ? {}
      : { routes: family.routes.map(({ destination, via }) => ({ destination, via })) }),
  };
}
