import { type Stack, versionAtLeast } from '../../model/stack.ts';

/** What this NetworkManager can keep in ifcfg files. An unknown version can do nothing. */
export interface Abilities {
  /** IPV4_ROUTE_TABLE, and `table` in route-files (before, it was ignored and the route went to main): 1.10. */
  readonly tables: boolean;
  /** ROUTING_RULE_n and ROUTING_RULE6_n: 1.18. Before, a dispatcher script sets the rules. */
  readonly rules: boolean;
  /**
   * `default` in route-files: 1.30, the oldest that was seen to keep it. 1.18 drops it with a warning; whose text is still in
   * versions that keep the route, so that the source of those between does not tell.
   */
  readonly defaults: boolean;
  /** IPV6_DISABLED: 1.20. */
  readonly disabled: boolean;
  /** DHCP_CLIENT_ID=mac as the NIC's MAC, not as a text: 1.12. */
  readonly clientId: boolean;
  /** HOSTNAME_FROM_DHCP: 1.30. */
  readonly hostname: boolean;
}

export function abilitiesOf(stack: Stack): Abilities {
  const since = (...floor: number[]) => versionAtLeast(stack.versions.networkmanager, ...floor);
  return {
    tables: since(1, 10),
    rules: since(1, 18),
    defaults: since(1, 30),
    disabled: since(1, 20),
    clientId: since(1, 12),
    hostname: since(1, 30),
  };
}

/** Below 1.18 the NIC is handed to Red Hat's network-scripts where they are installed. */
export function leavesItToScripts(stack: Stack): boolean {
  return stack.networkScripts && !abilitiesOf(stack).rules;
}
