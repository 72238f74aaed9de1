import { contains, type Family, families, type Prefix, splitPrefix } from '../model/address.ts';
import type { DesiredInterface, DesiredNetwork } from '../model/desired.ts';
import { type KernelRoute, type KernelState, mainTable } from '../model/kernel.ts';
import type { RuleForms } from '../model/rule-forms.ts';

/**
 * A sentence for each route of main that meets a secondary's subnet and is not followed by new connections of this host as
 * it was before the NIC came: one as wide as the subnet or wider, that leads elsewhere than to the primary's gateway; and
 * one inside the subnet, where the stack has no rule that keeps it. Replies and forwarded packets follow main as before.
 */
export function overlappingRoutes(
  kernel: KernelState,
  network: DesiredNetwork,
  forms: RuleForms,
): readonly string[] {
  const { primary, secondaries } = network;
  const ours = new Set(secondaries.map((nic) => nic.name));
  const routes = kernel.routes.filter((route) => {
    const isByPrimary =
      route.device === primary.name && route.via === (primary[route.family]?.gateway ?? null);
    const isByOurs = route.device !== null && ours.has(route.device);
    return isPersons(route) && !isByPrimary && !isByOurs;
  });
  return families.flatMap((family) =>
    served(secondaries, family).flatMap(({ subnet, nic }) =>
      routes
        .filter((route) => route.family === family)
        .flatMap((route) => {
          const way = `${route.destination} by ${route.device ?? 'more than one link'}`;
          if (contains(route.destination, subnet)) {
            return [
              `${way} contains ${subnet}, the subnet of ${nic}: new connections into that leave by ${nic}; a route that is longer than ${subnet} keeps what is to leave otherwise`,
            ];
          }
          if (forms.suppressPrefixLength || !contains(subnet, route.destination)) return [];
          return [
            `${way} is inside ${subnet}, the subnet of ${nic}: new connections leave by ${nic}, since this system has no rule that keeps such a route (suppress_prefixlength)`,
          ];
        }),
    ),
  );
}

/** A default, and the halves by which a VPN overrules it, is no network of its own. */
function isPersons(route: KernelRoute): boolean {
  return route.table === mainTable && route.type === 'unicast' && splitPrefix(route.destination).length > 1;
}

/** The subnets that have rules of their own, each with the NIC by which new connections leave. */
function served(
  secondaries: readonly DesiredInterface[],
  family: Family,
): readonly { readonly subnet: Prefix; readonly nic: string }[] {
  return secondaries.flatMap((nic) => {
    const subnet = nic[family]?.subnet ?? null;
    const isLed = nic.rules.some((rule) => rule.family === family && rule.to === subnet);
    return subnet !== null && isLed ? [{ subnet, nic: nic.name }] : [];
  });
}
