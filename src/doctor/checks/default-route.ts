import { type Family, families } from '../../model/address.ts';
import { defaultDestination, type KernelRoute, type KernelState, mainTable } from '../../model/kernel.ts';
import { all, type Check, fine, known, type Verdict, warning, wrong } from '../diagnosis.ts';

/** The default routes of main, the one that wins first: the lower metric, then the one the kernel lists first. */
export function defaultRoutes(kernel: KernelState, family: Family): readonly KernelRoute[] {
  const routes = kernel.routes.filter(
    (route) =>
      route.family === family &&
      route.table === mainTable &&
      route.type === 'unicast' &&
      route.destination === defaultDestination[family],
  );
  return [...routes].sort((one, other) => Number(one.dead) - Number(other.dead) || one.metric - other.metric);
}

/** The default route is the primary's, and the only one ("the route with the lower Metric value has higher priority"). */
export const defaultRoute: Check = {
  name: 'default-route',
  judge: (found) =>
    known(all({ kernel: found.kernel, wanted: found.wanted }), ({ kernel, wanted }) => {
      const { primary, secondaries } = wanted.network;
      const wantsMetric = found.config.defaultRoute === 'metric';
      return families.flatMap((family) =>
        primary[family] === null && defaultRoutes(kernel, family).length === 0
          ? []
          : [
              judgeFamily({
                family,
                routes: defaultRoutes(kernel, family),
                primary: primary.name,
                gateway: primary[family]?.gateway ?? null,
                ours: wantsMetric ? new Map(secondaries.map((nic) => [nic.name, nic.table])) : new Map(),
              }),
            ],
      );
    }),
};

interface Defaults {
  readonly family: Family;
  /** The winner first. */
  readonly routes: readonly KernelRoute[];
  readonly primary: string;
  readonly gateway: string | null;
  /** Metrics of the worse defaults that `default_route: metric` asks for, by NIC. */
  readonly ours: ReadonlyMap<string, number>;
}

function judgeFamily({ family, routes, primary, gateway, ours }: Defaults): Verdict {
  const subject = family === 'ipv4' ? 'IPv4' : 'IPv6';
  const [first, ...rest] = routes.filter((route) => ours.get(route.device ?? '') !== route.metric);
  const by = (route: KernelRoute): string => `${wayOf(route)} (metric ${route.metric})`;
  const flag = family === 'ipv6' ? '-6 ' : '';
  // `add` is refused beside another default with the same metric.
  const verb = first === undefined ? 'add' : 'append';
  const restore = `\`ip ${flag}route ${verb} default via ${gateway ?? 'GATEWAY'} dev ${primary}\``;
  if (first === undefined) {
    const advice = `${restore}, and look at the network service of ${primary}`;
    // The primary's IPv6 default comes by router advertisement, and a VPC without an IPv6 gateway has none.
    return family === 'ipv6'
      ? warning(subject, 'there is no default route', advice)
      : wrong(subject, 'there is no default route', advice);
  }
  const wins = first.device === primary;
  const remove = (route: KernelRoute): string => `\`ip ${flag}route del ${route.spec}\``;
  if (rest.length === 0 && wins) return fine(subject, `by ${by(first)}`);
  const others = rest.filter((route) => route.device !== primary);
  if (wins && others.length === 0) return fine(subject, `by ${[first, ...rest].map(by).join(' and ')}`);
  if (wins) {
    const advice = `\`enid reconfigure\` removes those of its NICs; by hand ${others.map(remove).join(', ')}`;
    return warning(subject, `two or more: ${by(first)} wins over ${others.map(by).join(', ')}`, advice);
  }
  const found =
    rest.length === 0
      ? `goes by ${by(first)}, not by the primary ${primary}`
      : `two or more: ${by(first)} wins over ${rest.map(by).join(', ')}; the primary ${primary} should`;
  // The last default goes only when another one is there.
  const needs = rest.some((route) => route.device === primary) ? '' : `${restore}, then `;
  return wrong(
    subject,
    found,
    `\`enid reconfigure\` if it is a NIC of enid’s; by hand ${needs}${remove(first)}`,
  );
}

function wayOf(route: KernelRoute): string {
  return route.device ?? (/nexthop/.test(route.spec) ? 'several NICs at once' : route.spec);
}
