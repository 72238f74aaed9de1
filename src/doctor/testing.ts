import { defaultConfig } from '../config/defaults.ts';
import type { Answer } from '../kernel/ask.ts';
import type { Claim } from '../model/claim.ts';
import type { Config } from '../model/config.ts';
import type { InstanceFamily, InstanceInterface, InstanceNetwork } from '../model/instance.ts';
import type { Mac } from '../model/mac.ts';
import { fail, ok } from '../model/problem.ts';
import type { Stack } from '../model/stack.ts';
import { emptyState } from '../model/state.ts';
import { desire } from '../network/desire.ts';
import type { Status } from '../report/status.ts';
import { address, kernelOf, linkLines, macOf, prefix } from '../verify/testing.ts';
import type { Findings, Way } from './findings.ts';

/** For tests: findings of a machine on which nothing is wrong, and what is different on another one. */
export interface Scene {
  readonly instance?: InstanceNetwork;
  /** What `ip -o link` prints. */
  readonly links?: string;
  /** What `ip -4 -o` prints of rules, routes and addresses. */
  readonly ipv4?: string;
  readonly ipv6?: string;
  readonly config?: Partial<Config>;
  readonly claims?: ReadonlyMap<Mac, Claim>;
  /** Changed values of sysctls. */
  readonly sysctls?: Readonly<Record<string, string | null>>;
  /** Whatever else was found out otherwise. */
  readonly found?: Partial<Findings>;
}

export const debian: Stack = {
  id: 'networkd',
  format: 'networkd',
  renderer: null,
  init: 'systemd',
  versions: { networkmanager: null, systemd: [252], netplan: null, wicked: null, kernel: null },
  dhcpClient: null,
  include: null,
  networkScripts: false,
};

const nothing: InstanceFamily = {
  dhcp: false,
  addresses: [],
  prefixLength: null,
  subnet: null,
  gateway: null,
  prefixes: [],
};

/** eth0 in 10.0.0.0/24 is the primary; eth1 and so on are in the subnet of their number. */
export function nic(number: number, ipv4: Partial<InstanceFamily> = {}, ipv6 = nothing): InstanceInterface {
  const four = {
    dhcp: true,
    addresses: [address(`10.0.${number}.${number === 0 ? 10 : 20}`)],
    prefixLength: 24,
    subnet: prefix(`10.0.${number}.0/24`),
    gateway: address(`10.0.${number}.253`),
    prefixes: [],
    ...ipv4,
  };
  const id = `eni-${number}`;
  return {
    mac: macOf(number),
    name: null,
    id,
    primary: number === 0,
    mtu: null,
    ipv4: four,
    ipv6,
    vlan: null,
  };
}

export function instanceOf(...interfaces: readonly InstanceInterface[]): InstanceNetwork {
  return { schema: 1, cloud: 'alibaba', instanceId: 'i-1', primaryMac: macOf(0), dns: [], interfaces };
}

export const healthy4 = `0:	from all lookup local
32766:	from all lookup main
default via 10.0.0.253 dev eth0 proto dhcp metric 100
10.0.0.0/24 dev eth0 proto kernel scope link src 10.0.0.10 metric 100
2: eth0    inet 10.0.0.10/24 brd 10.0.0.255 scope global dynamic eth0
3: eth1    inet 10.0.1.20/32 scope global eth1
`;

export const status: Status = {
  schema: 1,
  state: 'ok',
  cloud: 'alibaba',
  distro: { id: 'debian', version: '12' },
  stack: 'networkd',
  lastRun: {
    at: '2024-01-31T12:00:00.000Z',
    trigger: 'link',
    detail: 'eth1 appeared',
    outcome: 'applied',
    durationMs: 412,
  },
  interfaces: [],
  problems: [],
  notes: [],
};

/** A reply of a NIC's first address and the way that it takes. */
export function reply(number: number, device: string | null, to: Way['to'] = 'outside', peer?: string): Way {
  const from = { mac: macOf(number), address: address(`10.0.${number}.${number === 0 ? 10 : 20}`) };
  const destination = address(peer ?? (to === 'outside' ? '198.51.100.1' : `10.0.${number}.1`));
  return { to, from, destination, answer: by(device) };
}

export function connection(to: 'metadata' | 'dns', destination: string, device: string): Way {
  return { to, from: null, destination: address(destination), answer: by(device) };
}

function by(device: string | null): Answer {
  if (device === null) return { reachable: false, why: 'Network is unreachable' };
  return { reachable: true, device, via: null, source: null };
}

export function sceneOf(scene: Scene = {}): Findings {
  const config = { ...defaultConfig, ...scene.config };
  const instance = scene.instance ?? instanceOf(nic(0), nic(1));
  const kernel = kernelOf(scene.links ?? linkLines(2), scene.ipv4 ?? healthy4, scene.ipv6 ?? '');
  const claims = scene.claims ?? new Map();
  const wanted = desire({
    ...{
      instance,
      kernel,
      config,
      claims,
      state: emptyState,
      removed: new Set(),
      leases: new Map(),
      primaryAgreed: true,
      stack: debian,
    },
    connected: () => 'table',
    ruleForms: { unspecifiedSource: true, suppressPrefixLength: true },
  });
  const sysctls = new Map<string, string | null>();
  for (const { name } of kernel.links) {
    sysctls.set(`net/ipv4/conf/${name}/rp_filter`, '2').set(`net/ipv6/conf/${name}/disable_ipv6`, '0');
  }
  for (const [key, value] of Object.entries(scene.sysctls ?? {})) sysctls.set(key, value);
  const healthy: Findings = {
    ...{ config, container: null, kernel: ok(kernel), state: ok(emptyState) },
    ip: ok({ version: 'ip utility, iproute2-6.1.0', isIproute2: true, hasRules: true }),
    ...{ metadata: ok(instance), instance: ok(instance), stack: ok(debian), wanted },
    plan: ok({ kept: [], changes: [], differences: [], problems: [], strangers: [] }),
    ...{ instanceType: ok('ecs.g7.large'), bootedAt: ok(1_700_000_000), driverless: ok([]) },
    ways: ok([
      ...[reply(0, 'eth0'), reply(0, 'eth0', 'subnet', '10.0.1.1')],
      ...[reply(1, 'eth1'), reply(1, 'eth1', 'subnet')],
      connection('metadata', '100.100.100.200', 'eth0'),
    ]),
    sysctls: ok(sysctls),
    agents: ok([]),
    cloudInit: ok({ installed: false, keptOff: null }),
    ...{ pins: ok([]), automatic: ok([]), daemon: ok(true), atBoot: ok(true) },
    ...{ status: ok(status), pending: ok([]), holder: ok(null) },
  };
  return { ...healthy, ...scene.found };
}

const silent = fail('metadata-timeout', 'somewhere', 'nobody could be asked');

/** Nothing at all could be found out. */
export const nothingKnown: Findings = {
  ...{ config: defaultConfig, container: null, ip: silent, kernel: silent, state: silent },
  ...{ metadata: silent, instance: silent, stack: silent, wanted: silent, plan: silent },
  ...{ instanceType: silent, bootedAt: silent, driverless: silent, ways: silent, sysctls: silent },
  ...{ agents: silent, cloudInit: silent, pins: silent, automatic: silent, daemon: silent },
  ...{ atBoot: silent, status: silent, pending: silent, holder: silent },
};
