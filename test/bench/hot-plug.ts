import { ping } from '../lab/ping.ts';
import { type Measure, ms } from './report.ts';
import type { Bench } from './scene.ts';
import { median } from './statistics.ts';

const target = 500;

/** From the link's appearance in the server to the first answer to a peer outside that asks all the time. */
export async function measureHotPlug({ vpc, enid, runs }: Bench): Promise<readonly Measure[]> {
  const times: number[] = [];
  await enid.start();
  await enid.until('the first run', ({ state }) => state === 'ok', 60_000);
  for (let run = 0; run < runs; run++) {
    const nic = vpc.plan({ subnet: 90, host: 20 });
    await vpc.list(nic);
    const [address = ''] = nic.ipv4;
    await vpc.plug(nic);
    const { answered, ms: time } = await ping(vpc.outside, address, 20_000);
    if (!answered) throw new Error(`${address} did not answer in 20 s\n${enid.log()}`);
    times.push(time);
    await enid.untilConfigured(nic.name);
    await vpc.detach(nic);
    await enid.until(
      'it is gone',
      ({ interfaces }) => interfaces.every(({ mac }) => mac !== nic.mac),
      60_000,
    );
  }
  await enid.stop();
  const time = median(times);
  return [
    {
      what: 'link event to first answered ping',
      value: ms(time),
      target: `<= ${ms(target)}`,
      reached: time <= target,
    },
  ];
}
