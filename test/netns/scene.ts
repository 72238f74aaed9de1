import { afterAll, beforeAll, expect } from 'vitest';
import { closeAll, leftovers } from '../lab/cleanup.ts';
import { type Enid, installEnid } from '../lab/enid.ts';
import { labObstacle } from '../lab/privileges.ts';
import { brokenPromises } from '../lab/promises.ts';
import { labId } from '../lab/run.ts';
import { untidy } from '../lab/tidy.ts';
import { makeVpc, type Vpc, type VpcWish } from '../lab/vpc.ts';

/** What the tests of one file share: a VPC with peers outside and in subnets 0 and 1, and a server with the daemon. */
export interface Scene {
  readonly vpc: Vpc;
  readonly enid: Enid;
}

/**
 * Makes the scene before the tests of a file and takes it down after them; nothing may be left. `prepare` is done before the
 * daemon starts.
 */
export function useScene(
  wish: VpcWish = {},
  prepare: (scene: Scene) => Promise<void> = async () => {},
): Scene {
  let made: Scene | undefined;
  const scene = (): Scene => {
    if (made === undefined) throw new Error('the scene is made before the tests');
    return made;
  };
  beforeAll(async () => {
    expect(labObstacle(), 'these tests need root and iproute2').toBeNull();
    const vpc = await makeVpc(wish);
    await Promise.all([vpc.peer(0), vpc.peer(1)]);
    const enid = await installEnid(vpc.server);
    made = { vpc, enid };
    await prepare(made);
    await enid.start();
    await enid.until('the first run', (status) => status.state === 'ok');
  });
  afterAll(async () => {
    await closeAll();
    expect(leftovers(labId)).toEqual([]);
  });
  return {
    get vpc() {
      return scene().vpc;
    },
    get enid() {
      return scene().enid;
    },
  };
}

/** The three promises with packets, and clean tables. `foreign`: rules in the band that are somebody else's. */
export async function expectAllWell({ vpc }: Scene, foreign: readonly string[] = []): Promise<void> {
  expect(await untidy(vpc, foreign)).toEqual([]);
  expect(await brokenPromises(vpc)).toEqual([]);
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
