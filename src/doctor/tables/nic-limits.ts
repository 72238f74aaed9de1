/**
 * The most NICs that an instance can have on KakaoCloud, by family and size: "Network Interface", section "The number of
 * network interfaces by instance family and size". Types are written `family.size`, e.g. `m2a.large`.
 */
const kakaocloud: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  m2a: {
    large: 3,
    xlarge: 4,
    '2xlarge': 4,
    '4xlarge': 8,
    '8xlarge': 8,
    '12xlarge': 8,
    '16xlarge': 15,
    '24xlarge': 15,
  },
  m3az: { large: 3, xlarge: 4, '2xlarge': 4, '4xlarge': 8, '6xlarge': 8, '8xlarge': 8 },
  t1i: { nano: 2, micro: 2, small: 2, medium: 3, large: 3, xlarge: 4, '2xlarge': 4 },
  r2a: {
    large: 3,
    xlarge: 4,
    '2xlarge': 4,
    '4xlarge': 8,
    '8xlarge': 8,
    '12xlarge': 8,
    '16xlarge': 15,
    '24xlarge': 15,
    baremetal: 2,
  },
  c2a: {
    large: 3,
    xlarge: 4,
    '2xlarge': 4,
    '4xlarge': 8,
    '8xlarge': 8,
    '12xlarge': 8,
    '16xlarge': 15,
    '24xlarge': 15,
  },
  gn1i: { xlarge: 3, '2xlarge': 3, '4xlarge': 3, '8xlarge': 4, '12xlarge': 8, '16xlarge': 4 },
  gf1i: { '6xlarge': 4, '12xlarge': 8, '24xlarge': 15 },
  p1i: { baremetal: 2 },
  p2i: { '6xlarge': 4, '12xlarge': 8, '24xlarge': 15 },
  p2a: { baremetal: 2 },
  vt1a: { '4xlarge': 8, '8xlarge': 8, '32xlarge': 15 },
};

/** Where a cloud tells the limit of a type that is in no table here. */
export const whereToAsk: Readonly<Record<string, string>> = {
  alibaba:
    'see EniQuantity: `aliyun ecs DescribeInstanceTypes --InstanceTypes.1 TYPE`, or "Overview of instance families"',
  huawei: 'see the maximum of network interfaces in "A Summary List of x86 ECS Specifications"',
  kakaocloud: 'see "The number of network interfaces by instance family and size" in its documentation',
};

/** The most NICs, the primary included; null where no table here says. */
export function nicLimit(cloud: string, type: string): number | null {
  if (cloud !== 'kakaocloud') return null;
  const [family = '', size = ''] = type.split('.');
  return kakaocloud[family]?.[size] ?? null;
}
