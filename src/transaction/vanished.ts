import { replayRoute, replayRule } from '../kernel/replay.ts';
import type { IpCommand } from '../model/difference.ts';
import { type KernelRoute, type KernelRule, type KernelState, localTable } from '../model/kernel.ts';

/** What went missing between two looks at the kernel, and the commands that put it back. */
export interface Vanished {
  readonly routes: readonly KernelRoute[];
  readonly rules: readonly KernelRule[];
  readonly commands: readonly IpCommand[];
}

/** Routes that the kernel makes and removes by itself. */
const byKernel = new Set(['kernel', 'ra', 'redirect']);

/**
 * Routes whose device is still there and up, and rules, that `before` holds and `now` does not: networkd removes
 * foreign ones when it starts (ManageForeignRoutes= of networkd.conf(5)). `ours` tells what is left out because enid sets it anew.
 */
export function vanished(
  before: KernelState,
  now: KernelState,
  ours: (entry: KernelRoute | KernelRule) => boolean,
): Vanished {
  const up = new Set(now.links.filter((link) => link.up).map((link) => link.name));
  const routesNow = new Set(now.routes.map(routeKey));
  const rulesNow = new Set(now.rules.map(ruleKey));
  const routes = before.routes.filter(
    (route) =>
      route.table !== localTable &&
      !byKernel.has(route.protocol ?? '') &&
      !ours(route) &&
      !routesNow.has(routeKey(route)) &&
      devicesOf(route).every((device) => up.has(device)),
  );
  const rules = before.rules.filter((rule) => !ours(rule) && !rulesNow.has(ruleKey(rule)));
  // A gateway can only be used once the route to its subnet is there.
  const ordered = [...routes].sort((one, other) => Number(one.via !== null) - Number(other.via !== null));
  return { routes, rules, commands: [...ordered.map(replayRoute), ...rules.map(replayRule)] };
}

function routeKey(route: KernelRoute): string {
  const { family, type, destination, table, via, device, metric } = route;
  const hops = via === null && device === null ? route.spec : '';
  return [family, type, destination, table, via, device, metric, hops].join(' ');
}

function ruleKey(rule: KernelRule): string {
  return `${rule.family} ${rule.spec}`;
}

/** A multipath route names its devices in the spec only. */
function devicesOf(route: KernelRoute): readonly string[] {
  if (route.device !== null) return [route.device];
  return [...route.spec.matchAll(/\bdev (\S+)/g)].flatMap((match) => match[1] ?? []);
}
