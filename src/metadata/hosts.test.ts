import { expect, test } from 'vitest';
import { metadataHosts } from './hosts.ts';
import { providers } from './registry.ts';

test.each([
  ['alibaba', null, ['100.100.100.200', 'fd00:100::100:200']],
  ['alibaba', 'http://10.9.9.9:8080', ['10.9.9.9', '100.100.100.200', 'fd00:100::100:200']],
  ['huawei', null, ['169.254.169.254']],
  ['openstack', 'http://[fe80::a9fe:a9fe]', ['fe80::a9fe:a9fe', '169.254.169.254']],
  ['file', null, []],
  ['file', 'http://metadata.example:80', []],
  [null, 'http://[fd00::1]:80', ['fd00::1']],
])('the hosts of %s with the endpoint %s', (id, endpoint, hosts) => {
  const provider = providers.find((one) => one.id === id) ?? null;
  expect(metadataHosts(provider, endpoint)).toEqual(hosts);
});
