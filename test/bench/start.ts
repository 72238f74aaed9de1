import { type Measure, ms } from './report.ts';
import type { Bench } from './scene.ts';
import { timed } from './statistics.ts';

/** An empty program in the same place: what Node itself needs, and the way into the namespace. */
export async function nodeFloor({ vpc, runs }: Bench): Promise<number> {
  return await timed(runs, () => vpc.server.must([process.execPath, '-e', '0']));
}

export async function measureStart(bench: Bench, floor: number): Promise<readonly Measure[]> {
  const { vpc, runs, enid } = bench;
  const status = await timed(runs, () => vpc.server.must([process.execPath, enid.bundle, 'status']));
  return [
    {
      what: 'start of `enid status`',
      value: ms(status),
      floor: ms(floor),
      target: `<= ${ms(floor + 60)}`,
      reached: status <= floor + 60,
    },
  ];
}
