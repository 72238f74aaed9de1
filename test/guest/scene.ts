import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { closeAll, leftovers } from '../lab/cleanup.ts';
import type { Nic } from '../lab/nic.ts';
import { ping } from '../lab/ping.ts';
import { brokenPromises } from '../lab/promises.ts';
import { labId } from '../lab/run.ts';
import { steadyPing } from '../lab/steady-ping.ts';
import { untidy } from '../lab/tidy.ts';
import { makeVpcAround, type Vpc, type VpcWish } from '../lab/vpc.ts';
import { alibaba, type Cloud } from './clouds.ts';
import { until } from './enid.ts';
import { keepEvidence } from './evidence.ts';
import { type Guest, guestSockets } from './guest.ts';
import { makeDisk } from './image.ts';
import { say } from './progress.ts';
import type { System } from './system.ts';

/** What the cases of one guest share: a VPC with peers outside and in subnets 0 and 1, and the guest in it. */
export interface Scene {
  readonly system: System;
  readonly cloud: Cloud;
  readonly vpc: Vpc<Guest>;
  readonly guest: Guest;
  /** The NIC that is plugged in under this name; throws where there is none. */
  nic(name: string): Nic;
}

/**
 * Boots the guest before the cases of a `describe` and takes all down after them; a failing case leaves evidence. The
 * primary has IPv6 as well, by DHCPv6 and router advertisements. Its cloud is Alibaba's if no other is named; `drive`:
 * the bytes of a second disk.
 */
export function useGuest(
  system: System,
  wish: VpcWish = { ipv6: true },
  { cloud = alibaba, drive = null }: { readonly cloud?: Cloud; readonly drive?: Buffer | null } = {},
): Scene {
  let made: Vpc<Guest> | undefined;
  const vpc = (): Vpc<Guest> => {
    if (made === undefined) throw new Error('the guest did not boot');
    return made;
  };
  beforeAll(async () => {
    say(`${system.name}: making the disk`);
    const disk = await makeDisk(system, cloud.config);
    const { documents } = cloud;
    const ofCloud = documents === undefined ? {} : { documents };
    made = await makeVpcAround(guestSockets(disk, drive, cloud.firmware), { ...wish, ...ofCloud });
    await Promise.all([made.peer(0), made.peer(1)]);
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail' && made !== undefined) {
      const why = (task.result.errors ?? []).map(({ stack, diff }) => `${stack}\n${diff ?? ''}`);
      await keepEvidence(made, system.name, task.name, why.join('\n'));
    }
  });
  afterAll(async () => {
    await closeAll();
    expect(leftovers(labId)).toEqual([]);
  });
  return {
    system,
    cloud,
    get vpc() {
      return vpc();
    },
    get guest() {
      return vpc().server;
    },
    nic(name) {
      const found = vpc()
        .nics()
        .find((one) => one.name === name);
      if (found === undefined) throw new Error(`no ${name} is plugged in`);
      return found;
    },
  };
}

/** The three promises with packets, and clean tables; the network service may take its time (deadline in ms). */
export async function expectAllWell(scene: Scene, deadline = 40_000): Promise<void> {
  const wrong = async (): Promise<readonly string[]> =>
    (await untidy(scene.vpc)).filter((line) => !isAllowed(scene, line));
  await expect.poll(wrong, { timeout: deadline, interval: 1000 }).toEqual([]);
  expect((await brokenPromises(scene.vpc)).filter((line) => !isUntold(scene, line))).toEqual([]);
}

/**
 * Where neither metadata nor lease tells the IPv6 subnet, and the stack takes nothing of advertisements, nobody knows what lies in
 * it: a new connection is answered, but leaves as to any other host (src/lease/README.md).
 */
function isUntold({ cloud, system }: Scene, line: string): boolean {
  const isUnknown = cloud.id === 'huawei' && system.detects.stack === 'ifupdown';
  return isUnknown && /^promise 3: server -> 2001:\S+ did not leave by /.test(line);
}

/** Where the DHCP client puts the connected subnet into main, it is there. */
function isAllowed({ system }: Scene, line: string): boolean {
  return (
    system.connected === 'main' &&
    /^in main: 10\.0\.\d+\.0\/24 dev eth\d+(\.\d+)? proto (kernel|dhcp) scope link/.test(line)
  );
}

/** Reboots with the NICs in this order in their slots, and learns what the guest calls them now. */
export async function rebootAs({ guest, vpc }: Scene, order: readonly Nic[]): Promise<void> {
  await guest.reboot(order);
  await learnNames({ guest, vpc });
}

/** Asks the guest what it calls its NICs since this boot. */
export async function learnNames({ guest, vpc }: Pick<Scene, 'guest' | 'vpc'>): Promise<void> {
  const text = await guest.must(
    'cd /sys/class/net; for name in eth*; do echo "$(cat $name/address) $name"; done',
  );
  vpc.rename(
    new Map(
      text
        .trim()
        .split('\n')
        .map((line) => line.split(' ') as [string, string]),
    ),
  );
}

/** Waits until the daemon has looked at the network and found nothing wrong. */
export async function untilOk({ guest }: Scene): Promise<void> {
  await until(guest, 'the daemon is well', ({ state }) => state === 'ok');
}

/** Waits until the daemon is well and knows this many NICs, the primary among them. */
export async function untilOnly({ guest }: Scene, count: number): Promise<void> {
  await until(
    guest,
    `${count} NICs`,
    ({ state, interfaces }) => state === 'ok' && interfaces.length === count,
  );
}

/** Waits until the primary answers a peer outside, at most 40 s: a network service takes its time at boot. */
export async function untilPrimaryAnswers({ vpc }: Scene): Promise<void> {
  const { answered } = await ping(vpc.outside, vpc.primary.ipv4[0] ?? '', 40_000);
  expect(answered).toBe(true);
}

/** Pings the primary every 10 ms from outside while something is done: not one packet may be lost. */
export async function losingNothing(scene: Scene, act: () => Promise<void>): Promise<void> {
  expect(await losing(scene, act)).toBe(0);
}

/** The same, telling how many were lost. */
export async function losing(scene: Scene, act: () => Promise<void>): Promise<number> {
  const [lost = 0] = await lossOf(scene, scene.vpc.primary.ipv4.slice(0, 1), act);
  return lost;
}

/** Pings each of the addresses so, and tells how many each of them lost. */
export async function lossOf(
  { vpc, system }: Scene,
  addresses: readonly string[],
  act: () => Promise<void>,
): Promise<readonly number[]> {
  const pinging = addresses.map((address) => steadyPing(vpc.outside, address, 10));
  const failure = await act().catch((error: unknown) => ({ error }));
  const losses = await Promise.all(pinging.map((one) => one.stop()));
  for (const [index, { lost, sent }] of losses.entries()) {
    say(`${system.name}: ${addresses[index]} lost ${lost} of ${sent} packets`);
  }
  if (failure !== undefined) throw failure.error;
  return losses.map(({ lost }) => lost);
}
