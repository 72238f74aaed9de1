/** The words of `ip route show` and `ip route get` (iproute2 iproute.c, 2.6.32 to 6.x), by what a replay does with them. */

/** Route types (rtnetlink.h: RTN_*). Without one a route is `unicast`. */
export const routeTypes: ReadonlySet<string> = new Set([
  'unicast',
  'local',
  'broadcast',
  'anycast',
  'multicast',
  'blackhole',
  'unreachable',
  'prohibit',
  'throw',
  'nat',
  'xresolve',
]);

/** Say what the route is doing now; `ip route add` does not take them. */
export const stateFlags: ReadonlySet<string> = new Set([
  'dead',
  'linkdown',
  'unresolved',
  'pervasive',
  'notify',
  'offload',
  'trap',
  'offload_failed',
  'rt_offload',
  'rt_trap',
  'rt_offload_failed',
]);

/** The same, with a value. A nexthop object's number means nothing after the object is gone; `via` and `dev` stay. */
export const stateValues: ReadonlySet<string> = new Set([
  'nhid',
  'error',
  'expires',
  'users',
  'age',
  'used',
  'ipid',
  'ts',
  'tsage',
  'iif',
  'uid',
  'mark',
]);

/** Part of the route, with a value. */
export const keptValues: ReadonlySet<string> = new Set([
  'from',
  'src',
  'dev',
  'metric',
  'tos',
  'dsfield',
  'flowlabel',
  'table',
  'proto',
  'scope',
  'realm',
  'realms',
  'pref',
  'weight',
  'ttl-propagate',
  'mtu',
  'window',
  'rtt',
  'rttvar',
  'ssthresh',
  'cwnd',
  'advmss',
  'reordering',
  'hoplimit',
  'initcwnd',
  'initrwnd',
  'features',
  'rto_min',
  'quickack',
  'congctl',
  'fastopen_no_cookie',
]);
/** A feature word may be followed by another. */
export const features: ReadonlySet<string> = new Set(['ecn', 'tcp_usec_ts']);
