import { type Enid, installEnid } from '../lab/enid.ts';
import { makeVpc, type Vpc } from '../lab/vpc.ts';

export interface Bench {
  readonly vpc: Vpc;
  readonly enid: Enid;
  /** Timings per median. */
  readonly runs: number;
  /** How long it is idle, milliseconds. */
  readonly idle: number;
}

/** Private addresses of each ENI. */
export const addressesEach = 10;

export async function makeBench(runs: number, idle: number): Promise<Bench> {
  const vpc = await makeVpc();
  const enid = await installEnid(vpc.server);
  return { vpc, enid, runs, idle };
}

/** Attaches ENIs until there are so many, each in a subnet of its own. */
export async function attachUpTo({ vpc }: Bench, count: number): Promise<void> {
  for (let number = vpc.nics().length; number <= count; number++) {
    await vpc.attach({ subnet: number, host: 20, count: addressesEach });
  }
}
