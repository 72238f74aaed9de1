import type { ChildProcess } from 'node:child_process';
import type { Namespace } from '../lab/namespace.ts';
import type { Nic } from '../lab/nic.ts';

/** How the DHCP service of a NIC behaves. */
export interface DhcpWish {
  /** Seconds; dnsmasq's least is 120. */
  readonly lease?: number;
  /** Options in dnsmasq's form on top of router and DNS, e.g. `option:classless-static-route,0.0.0.0/0,10.0.1.253`. */
  readonly options?: readonly string[];
  /** Also router advertisements with a default, with addresses by DHCPv6; by default where the NIC has IPv6. */
  readonly advertise?: boolean;
}

/** The DHCP service of one NIC: it gives that NIC its primary private address, a router and DNS servers. */
export interface Dhcp {
  /** What it said so far, a line each exchange. */
  log(): string;
  stop(): Promise<void>;
}

/** Starts it in the router, on the port of the NIC. */
export function startDhcp(router: Namespace, nic: Nic, wish: DhcpWish = {}): Dhcp {
  const { subnet } = nic;
  const six = nic.ipv6[0];
  const seconds = wish.lease ?? 120;
  const child: ChildProcess = router.start([
    'dnsmasq',
    '--keep-in-foreground',
    '--conf-file=/dev/null',
    '--user=root',
    '--pid-file=',
    '--leasefile-ro',
    '--port=0',
    '--no-ping',
    '--no-hosts',
    '--no-resolv',
    '--log-dhcp',
    '--log-facility=-',
    '--dhcp-authoritative',
    `--interface=${nic.port}`,
    '--bind-interfaces',
    `--dhcp-range=10.0.${subnet.number}.0,static,${subnet.netmask},${seconds}`,
    `--dhcp-host=${nic.mac},${nic.ipv4[0]}${six === undefined ? '' : `,[${six}]`}`,
    `--dhcp-option=option:router,${subnet.gateway4}`,
    '--dhcp-option=option:dns-server,100.100.2.136,100.100.2.138',
    // Clients renew after this long, whatever the lease: cases that wait for it need not wait for half of 120 s.
    '--dhcp-option=option:T1,20',
    '--dhcp-option=option:T2,60',
    ...(wish.options ?? []).map((option) => `--dhcp-option-force=${option}`),
    ...((wish.advertise ?? six !== undefined)
      ? ['--enable-ra', `--dhcp-range=${subnet.cidr6.replace('/64', '')},static,64,${seconds}`]
      : []),
  ]);
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      said += chunk.toString('utf8');
    });
  }
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return {
    log: () => said,
    async stop() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
