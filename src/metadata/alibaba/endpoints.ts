import type { Files } from '../../ports/files.ts';

/**
 * The fixed addresses of the service, reachable from within a VPC only (Alibaba Cloud, "View instance metadata"; the
 * IPv6 one also in cloud-init's DataSourceAliYun tests).
 */
export const endpoints = { ipv4: 'http://100.100.100.200', ipv6: 'http://[fd00:100::100:200]' } as const;

/** RTF_UP of linux/route.h */
const routeUp = 1;

/**
 * True when the main table surely has no IPv4 default route, by /proc/net/route (proc_net(5)). A server without one
 * has IPv6 only, if anything.
 */
export async function hasNoIpv4Default(files: Pick<Files, 'readText'>): Promise<boolean> {
  const table = await files.readText('/proc/net/route');
  if (!table.ok || table.value === null) return false;
  const routes = table.value
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/));
  return !routes.some(([, destination, , flags, , , , mask]) => {
    const isUp = (Number.parseInt(flags ?? '0', 16) & routeUp) !== 0;
    return isUp && destination === '00000000' && mask === '00000000';
  });
}
