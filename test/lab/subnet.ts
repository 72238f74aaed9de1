/** A vSwitch of the lab, number 0–99. IPv6 uses the documentation prefix (RFC 3849). */
export interface Subnet {
  readonly number: number;
  readonly cidr4: string;
  readonly cidr6: string;
  readonly netmask: string;
  /** Alibaba Cloud's gateways are at the end of the range: .253, and …:ffff:ffff:ffff:fff7 for IPv6. */
  readonly gateway4: string;
  readonly gateway6: string;
  /** Where the peer of this subnet lives. */
  readonly peer4: string;
  readonly peer6: string;
}

export function subnet(number: number): Subnet {
  return {
    number,
    cidr4: `10.0.${number}.0/24`,
    cidr6: `2001:db8:0:10${number}::/64`,
    netmask: '255.255.255.0',
    gateway4: `10.0.${number}.253`,
    gateway6: `2001:db8:0:10${number}:ffff:ffff:ffff:fff7`,
    peer4: `10.0.${number}.200`,
    peer6: `2001:db8:0:10${number}::c8`,
  };
}

/** The peer outside the VPC: a documentation range of its own (RFC 5737). */
export const outsideAddress = { ipv4: '203.0.113.7', ipv6: '2001:db8:ffff::7' } as const;
export const outsideGateway = { ipv4: '203.0.113.1', ipv6: '2001:db8:ffff::1' } as const;

/** Host 1–199 of a subnet. */
export function host4(subnet: Subnet, host: number): string {
  return `10.0.${subnet.number}.${host}`;
}

export function host6(subnet: Subnet, host: number): string {
  return `2001:db8:0:10${subnet.number}::${host.toString(16)}`;
}

/** A prefix that can be delegated to a host 1–199: 16 IPv4 addresses above the hosts, and a /80 as Alibaba Cloud does. */
export function prefix4(subnet: Subnet, index: number): string {
  return `10.0.${subnet.number}.${208 + 16 * index}/28`;
}

export function prefix6(subnet: Subnet, index: number): string {
  return `2001:db8:0:10${subnet.number}:${(index + 1).toString(16)}::/80`;
}

/** The one address of a delegated prefix that something lives at. */
export function inPrefix(prefix: string): string {
  const [base = ''] = prefix.split('/');
  return base.includes(':') ? `${base}1` : base.replace(/\d+$/, (last) => String(Number(last) + 1));
}
