import ipaddr from 'ipaddr.js';
import { type Address, type Family, families, type Prefix, splitPrefix } from '../model/address.ts';
import type { InstanceFamily, InstanceNetwork } from '../model/instance.ts';
import { fail, ok, type Result } from '../model/problem.ts';

/** What no interface of a server is given as its address. */
const neverAnAddress = new Set(['unspecified', 'loopback', 'multicast', 'broadcast']);

/** The widest prefix believed: VPCs go up to /8 (Alibaba Cloud, "Create a VPC"), IPv6 allocations to /32. */
const widest: Readonly<Record<Family, number>> = { ipv4: 8, ipv6: 32 };

/**
 * Refuses a network that could only harm: a loopback or multicast address, or a subnet so wide that a rule for it
 * would take over the whole machine's traffic. Errors: `metadata-malformed` naming the NIC and the field.
 */
export function plausible(instance: InstanceNetwork, source: string): Result<InstanceNetwork> {
  for (const nic of instance.interfaces) {
    for (const family of families) {
      const fault = faultIn(nic[family], family);
      if (fault !== null) return fail('metadata-malformed', `${source}: ${nic.mac} ${family}`, fault);
    }
  }
  return ok(instance);
}

function faultIn(said: InstanceFamily, family: Family): string | null {
  const routes = said.routes ?? [];
  const gateways = [...(said.gateway === null ? [] : [said.gateway]), ...routes.map(({ via }) => via)];
  const addresses = [...(said.addresses ?? []), ...gateways];
  const address = addresses.find((one) => neverAnAddress.has(rangeOf(one)));
  if (address !== undefined) return `${address} cannot be an address of an interface or a gateway`;
  const prefixes = [...(said.prefixes ?? []), ...(said.subnet === null ? [] : [said.subnet])];
  const prefix = prefixes.find(
    (one) => splitPrefix(one).length < widest[family] || neverAnAddress.has(baseRange(one)),
  );
  if (prefix !== undefined) return `${prefix} cannot be a subnet or prefix of an interface`;
  if (said.prefixLength !== null && said.prefixLength < widest[family]) {
    return `/${said.prefixLength} cannot be the length of a subnet`;
  }
  return null;
}

function rangeOf(address: Address): string {
  return ipaddr.parse(address).range();
}

function baseRange(prefix: Prefix): string {
  return rangeOf(splitPrefix(prefix).base);
}
