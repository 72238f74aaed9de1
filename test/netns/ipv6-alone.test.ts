import { expect, test } from 'vitest';
import { expectAllWell, useScene } from './scene.ts';

// A server without IPv4: its metadata is asked by IPv6, and its NICs have nothing else.

const scene = useScene({ ipv4: false, ipv6: true }, async ({ vpc }) => {
  await vpc.metadata.reset();
});

test('the metadata service is found at its IPv6 address', async () => {
  expect((await scene.vpc.metadata.seen()).hosts).toEqual(['fd00:100::100:200']);
  const metadata = await scene.enid.run('metadata', '--json');
  expect(JSON.parse(metadata.stdout)).toMatchObject({
    cloud: 'alibaba',
    interfaces: [{ primary: true, ipv4: { dhcp: false, addresses: null }, ipv6: { prefixLength: 64 } }],
  });
});

test('an ENI in another subnet, and one in the primary’s', async () => {
  const one = await scene.vpc.attach({ subnet: 1, ipv4: false, ipv6: true });
  await scene.enid.untilConfigured(one.name);
  await expectAllWell(scene);

  const other = await scene.vpc.attach({ subnet: 0, ipv4: false, ipv6: true });
  await scene.enid.untilConfigured(other.name);
  await expectAllWell(scene);
});

test('an IPv6 literal may be configured as the endpoint', async () => {
  await scene.vpc.metadata.reset();
  await scene.enid.configure({
    metadata: { poll: '5s', timeout: '1s', endpoint: 'http://[fd00:100::100:200]' },
  });
  await scene.enid.until('a run for it', ({ lastRun }) => lastRun?.trigger === 'config');

  expect((await scene.vpc.metadata.seen()).hosts).toEqual(['fd00:100::100:200']);
  expect(await scene.enid.status()).toMatchObject({ state: 'ok', problems: [] });
  await expectAllWell(scene);
});
