import { expect, test } from 'vitest';
import { bandRules, readKernel } from '../lab/kernel.ts';
import type { Nic } from '../lab/nic.ts';
import { expectAllWell, useScene } from './scene.ts';

// A cloud whose metadata lists only the first address of a NIC: the further ones come from `interfaces.addresses`.

const scene = useScene({ ipv6: true });
const include = ['eth*'];
let nic: Nic;

const onlyFirst = (whole: Nic): Nic => ({
  ...whole,
  ipv4: whole.ipv4.slice(0, 1),
  ipv6: whole.ipv6.slice(0, 1),
});

async function addressesOf(name: string): Promise<readonly string[]> {
  const status = await scene.enid.status();
  return status?.interfaces.find((one) => one.name === name)?.addresses ?? [];
}

test('of a secondary, in both families, answer to every peer', async () => {
  const { vpc, enid } = scene;
  nic = vpc.plan({ subnet: 1, count: 3, ipv6: true });
  await enid.configure({
    interfaces: {
      include,
      addresses: {
        [nic.mac]: [...nic.ipv4.map((one) => `${one}/24`), ...nic.ipv6.map((one) => `${one}/64`)],
      },
    },
  });
  await vpc.list(onlyFirst(nic));
  await vpc.plug(nic);

  await enid.untilConfigured(nic.name);

  expect(await addressesOf(nic.name)).toEqual(
    expect.arrayContaining([...nic.ipv4.map((one) => `${one}/32`), ...nic.ipv6.map((one) => `${one}/128`)]),
  );
  await expectAllWell(scene);
});

test('of the primary too, where it is managed', async () => {
  const { vpc, enid } = scene;
  const primary = await vpc.addAddress(vpc.primary, '10.0.0.11');
  await vpc.list(onlyFirst(primary));
  const addresses = { [nic.mac]: nic.ipv4.map((one) => `${one}/24`), [primary.mac]: ['10.0.0.11/24'] };

  await enid.configure({ interfaces: { include, addresses, manage_primary: true } });

  await expect
    .poll(() => addressesOf('eth0'), { timeout: 10_000 })
    .toEqual(expect.arrayContaining(['10.0.0.10/24', '10.0.0.11/32']));
  // Of the secondary only the first IPv6 address is left: the configuration names no other any more.
  await expect
    .poll(async () => (await addressesOf(nic.name)).filter((one) => one.includes(':')), { timeout: 10_000 })
    .toEqual([`${nic.ipv6[0]}/128`]);
  expect(bandRules(await readKernel(vpc.server)).join('\n')).not.toContain(nic.ipv6[1]);
});

test('go when the configuration names them no more', async () => {
  await scene.enid.configure({ interfaces: { include, manage_primary: true } });

  await expect.poll(() => addressesOf('eth0'), { timeout: 10_000 }).not.toContain('10.0.0.11/32');
  await expect
    .poll(async () => (await addressesOf(nic.name)).filter((one) => !one.includes(':')), { timeout: 10_000 })
    .toEqual([`${nic.ipv4[0]}/32`]);
});
