import { expect, test } from 'vitest';
import type { Nic } from '../../lab/nic.ts';
import { discoveries } from '../dhcp-client.ts';
import { until } from '../enid.ts';
import { expectAllWell, losingNothing, lossOf, type Scene } from '../scene.ts';

const given: Readonly<Record<string, string>> = {
  eth1: '2001:db8:0:101::1e',
  eth2: '2001:db8:0:100::28',
};

/** Needs eth1 and eth2 without IPv6; leaves both with it. */
export function ipv6Given(scene: Scene): void {
  const { system } = scene;

  test('IPv6 is given to both, in the kernel and in the files, and their IPv4 loses nothing', async () => {
    const nics = Object.keys(given).map(scene.nic);
    const before = nics.map((nic) => discoveries(scene.guest, nic));
    const { primary } = scene.vpc;
    const lost = await lossOf(
      scene,
      [...primary.ipv4, ...primary.ipv6, ...nics.flatMap((nic) => nic.ipv4.slice(0, 1))],
      async () => {
        for (const [name, address] of Object.entries(given))
          await scene.vpc.addAddress(scene.nic(name), address);
        for (const [name, address] of Object.entries(given)) await untilHas(scene, name, address);
      },
    );
    expect(lost).toEqual([0, 0, 0, 0]);
    await expectAllWell(scene);
    for (const address of Object.values(given)) {
      expect(await scene.guest.must('ip -6 addr')).toContain(`inet6 ${address}/128`);
      if (system.detects.stack !== 'none') {
        expect(await scene.guest.must(`grep -rl ${address} /etc || true`)).not.toBe('');
      }
    }
    if (system.reapplies) expect(nics.map((nic) => discoveries(scene.guest, nic))).toEqual(before);
  });
}

/** Needs eth1 with IPv6; leaves it without. */
export function ipv6Taken(scene: Scene): void {
  test('IPv6 is taken away, and nothing of it is left', async () => {
    const nic = scene.nic('eth1');
    const [address = ''] = nic.ipv6;
    await losingNothing(scene, async () => {
      await scene.vpc.removeAddress(nic, address);
      await until(
        scene.guest,
        'it is gone',
        ({ state, interfaces }) =>
          state === 'ok' && interfaces.every(({ addresses }) => !addresses.includes(`${address}/128`)),
      );
    });
    await expectAllWell(scene);
    await expectNoTrace(scene, nic, address);
  });
}

async function untilHas({ guest }: Scene, nic: string, address: string): Promise<void> {
  await until(guest, `${nic} has ${address}`, ({ interfaces }) =>
    interfaces.some(
      ({ name, state, addresses, differences }) =>
        name === nic &&
        state === 'configured' &&
        differences.length === 0 &&
        addresses.includes(`${address}/128`),
    ),
  );
}

/** Neither the kernel nor a file knows the address. */
async function expectNoTrace({ guest }: Scene, nic: Nic, address: string): Promise<void> {
  expect(await guest.must(`grep -rl ${address} /etc || true`)).toBe('');
  const kernel = await guest.must('ip -6 addr; ip -6 rule; ip -6 route show table all');
  expect(kernel).not.toContain(address);
  // What is left of the family is the link's own.
  const left = kernel
    .split('\n')
    .filter((line) => line.includes(` dev ${nic.name} `) && !/fe80::|ff00::/.test(line));
  expect(left).toEqual([]);
}
