import { addressBits } from '../model/address.ts';
import { mirrorProtocol, type PolicyRoute, type PolicyRule, type ReplicatedRoute } from '../model/desired.ts';
import type { IpCommand } from '../model/difference.ts';
import { type KernelAddress, type KernelRoute, type KernelRule, mainTable } from '../model/kernel.ts';

/**
 * Sets a route. In a table of ours it takes the place of another to the same destination; into main it is appended,
 * since there the other may be the primary's.
 */
export function setRoute(route: PolicyRoute): IpCommand {
  const { family, table, metric } = route;
  const verb = table === mainTable ? 'append' : 'replace';
  const words = [`route ${verb}`, ...where(route), `table ${table}`];
  if (metric > 0) words.push(`metric ${metric}`);
  return { family, line: words.join(' ') };
}

/** Sets the copy of a route of main, marked by its protocol number. The table stands before any `nexthop`. */
export function setReplica({ family, destination, table, words }: ReplicatedRoute): IpCommand {
  return { family, line: `route replace ${destination} table ${table} proto ${mirrorProtocol} ${words}` };
}

function where(route: PolicyRoute): readonly string[] {
  const words: string[] = [route.destination];
  if (route.via !== null) words.push(`via ${route.via}`);
  words.push(`dev ${route.device}`);
  if (route.onlink) words.push('onlink');
  if (route.source !== null) words.push(`src ${route.source}`);
  return words;
}

export function removeRoute(route: KernelRoute): IpCommand {
  return { family: route.family, line: `route del ${route.spec}` };
}

export function addRule(rule: PolicyRule): IpCommand {
  return { family: rule.family, line: `rule add ${ruleText(rule)}` };
}

export function removeRule(rule: KernelRule): IpCommand {
  return { family: rule.family, line: `rule del ${rule.spec}` };
}

/** e.g. `from 10.0.1.20/32 lookup 21001 priority 21001`. */
export function ruleText(
  rule: Omit<PolicyRule, 'family' | 'table'> & { readonly table: number | null },
): string {
  const from = rule.from === null ? '' : `from ${rule.from} `;
  const to = rule.to === null ? '' : `to ${rule.to} `;
  const { suppressPrefixLength } = rule;
  const suppress = suppressPrefixLength === null ? '' : `suppress_prefixlength ${suppressPrefixLength} `;
  return `${from}${to}lookup ${rule.table} ${suppress}priority ${rule.priority}`;
}

/**
 * Sets an address as a host prefix. IPv6 without duplicate address detection: the cloud gave the address to this NIC
 * alone, and a route with it as source is refused while it is tentative.
 */
export function setAddress(address: Pick<KernelAddress, 'family' | 'address' | 'link'>): IpCommand {
  const { family, link } = address;
  const dad = family === 'ipv6' ? ' nodad' : '';
  return {
    family,
    line: `address replace ${address.address}/${addressBits[family]} dev ${link}${dad}`,
  };
}

export function removeAddress(address: KernelAddress): IpCommand {
  const { family, prefixLength, link } = address;
  return { family, line: `address del ${address.address}/${prefixLength} dev ${link}` };
}
