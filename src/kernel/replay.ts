import type { IpCommand } from '../model/difference.ts';
import type { KernelAddress, KernelRoute, KernelRule, KernelState } from '../model/kernel.ts';

/** Makes a route again as it was; one that is there already is left as it is. */
export function replayRoute(route: KernelRoute): IpCommand {
  return { family: route.family, line: `route replace ${route.spec}` };
}

/** Makes a rule again; where it is there already, old kernels make a second one. */
export function replayRule(rule: KernelRule): IpCommand {
  return { family: rule.family, line: `rule add ${rule.spec}` };
}

/** Removes a rule. */
export function dropRule(rule: KernelRule): IpCommand {
  return { family: rule.family, line: `rule del ${rule.spec}` };
}

/** Removes a route. */
export function dropRoute(route: KernelRoute): IpCommand {
  return { family: route.family, line: `route del ${route.spec}` };
}

/** Sets an address again, with the broadcast address that it had and no other, without its remaining lifetime. */
export function replayAddress(address: KernelAddress): IpCommand {
  const words = address.flags.includes('noprefixroute') ? ' noprefixroute' : '';
  const dad = address.family === 'ipv6' ? ' nodad' : ''; // it was in use, and routes may need it at once
  const broadcast = address.broadcast === undefined ? '' : ` brd ${address.broadcast}`;
  const line = `address replace ${address.address}/${address.prefixLength}${broadcast} dev ${address.link}${words}${dad}`;
  return { family: address.family, line };
}

/**
 * Brings a link up with the addresses and routes it has in the snapshot, and every rule of the snapshot that is not
 * in `now`: the last rung of the rollback ladder (design section 7). Routes on the link itself come before those by a
 * gateway. What the kernel makes by itself (link-local and temporary addresses) is left out.
 */
export function replayLink(snapshot: KernelState, link: string, now: KernelState): readonly IpCommand[] {
  const addresses = snapshot.addresses.filter(
    (entry) => entry.link === link && entry.scope !== 'link' && !entry.flags.includes('temporary'),
  );
  const routes = snapshot.routes
    .filter((route) => route.spec.split(' ').includes(link))
    .sort((one, other) => Number(one.via !== null) - Number(other.via !== null));
  const held = new Set(now.rules.map((rule) => `${rule.family} ${rule.spec}`));
  const rules = snapshot.rules.filter((rule) => !held.has(`${rule.family} ${rule.spec}`));
  return [
    { family: 'link', line: `link set dev ${link} up` },
    ...addresses.map(replayAddress),
    ...routes.map(replayRoute),
    ...rules.map(replayRule),
  ];
}
