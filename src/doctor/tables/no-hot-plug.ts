/**
 * Instance types of Alibaba Cloud that take a secondary ENI only while the instance is stopped: "Create and use an elastic
 * network interface", table "ECS instance types that do not support the hot swapping feature of secondary ENIs", and the
 * same table in "Bind a secondary ENI" (2024-03-26).
 */
export const withoutHotPlug: ReadonlySet<string> = new Set([
  // s6, shared standard
  ...[
    'ecs.s6-c1m1.small',
    'ecs.s6-c1m2.large',
    'ecs.s6-c1m2.small',
    'ecs.s6-c1m4.large',
    'ecs.s6-c1m4.small',
  ],
  // e, economy
  ...['ecs.e-c1m1.large', 'ecs.e-c1m2.large', 'ecs.e-c1m4.large', 'ecs.e-c4m1.large', 'ecs.e-c2m1.large'],
  // t6, burstable
  ...[
    'ecs.t6-c1m1.large',
    'ecs.t6-c1m2.large',
    'ecs.t6-c1m4.large',
    'ecs.t6-c2m1.large',
    'ecs.t6-c4m1.large',
  ],
  // t5, burstable
  ...['ecs.t5-c1m1.large', 'ecs.t5-c1m2.large', 'ecs.t5-c1m4.large', 'ecs.t5-lc1m1.small'],
  ...['ecs.t5-lc1m2.large', 'ecs.t5-lc1m2.small', 'ecs.t5-lc1m4.large', 'ecs.t5-lc2m1.nano'],
  // xn4, n4, mn4 and e4, shared, of the previous generation
  ...['ecs.xn4.small', 'ecs.n4.small', 'ecs.n4.large', 'ecs.mn4.small', 'ecs.mn4.large'],
  ...['ecs.e4.small', 'ecs.e4.large'],
]);

/**
 * Seconds since 1970, midnight of 1 April 2018 in China: an instance of Alibaba Cloud that has run since before must be
 * restarted from outside before ENIs can be bound to it ("Bind a secondary ENI", prerequisites).
 */
export const bindableSince = 1_522_512_000;
