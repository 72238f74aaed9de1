import { type Measure, ms } from './report.ts';
import { addressesEach, attachUpTo, type Bench } from './scene.ts';
import { timed } from './statistics.ts';

const sizes = [1, 16, 64] as const;
/** Milliseconds above the floor with 16 NICs. */
const target = 200;

/** `enid reconfigure` when all is as it should be; what one NIC more costs, between the sizes. */
export async function measureNoOp(bench: Bench, floor: number): Promise<readonly Measure[]> {
  const measures: Measure[] = [];
  const times: number[] = [];
  for (const size of sizes) {
    await attachUpTo(bench, size);
    const applied = await bench.enid.run('reconfigure');
    if (applied.code !== 0)
      throw new Error(`reconfigure: exit ${applied.code}\n${applied.stdout}${applied.stderr}`);
    const time = await timed(bench.runs, async () => {
      const ran = await bench.enid.run('reconfigure');
      if (ran.code !== 0) throw new Error(`reconfigure: exit ${ran.code}\n${ran.stderr}`);
    });
    times.push(time);
    measures.push({
      what: `no-op reconfigure, ${size} NIC${size === 1 ? '' : 's'} of ${addressesEach} addresses`,
      value: ms(time),
      floor: ms(floor),
      ...(size === 16 ? { target: `<= ${ms(floor + target)}`, reached: time <= floor + target } : {}),
    });
  }
  const [one = 0, sixteen = 0, all = 0] = times;
  measures.push({
    what: 'one NIC more, from 1 to 16 and from 16 to 64',
    value: `${((sixteen - one) / 15).toFixed(2)} ms, ${((all - sixteen) / 48).toFixed(2)} ms`,
    target: 'constant',
    // Half as much again is what a larger heap and noise make of it; one that grows with the square would be four times.
    reached: (all - sixteen) / 48 <= Math.max(0.5, ((sixteen - one) / 15) * 1.5),
  });
  return measures;
}
