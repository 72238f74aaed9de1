import { children, filesMark, processMark, usage } from './process.ts';
import { type Measure, mib, ms } from './report.ts';
import type { Bench } from './scene.ts';

/** The default of the configuration. */
const poll = 60_000;
const memoryTarget = 20;

/** The daemon with nothing to do; and one run that finds nothing to do, counted in processes. */
export async function measureIdle({ vpc, enid, idle }: Bench): Promise<readonly Measure[]> {
  const { server, metadata } = vpc;
  await enid.configure({ metadata: { poll: `${poll}ms` } });
  const bare = server.start([
    process.execPath,
    '-e',
    'console.log(process.pid); setInterval(() => {}, 1 << 30)',
  ]);
  const barePid = await new Promise<number>((resolve) => {
    bare.stdout?.once('data', (chunk: Buffer) => resolve(Number(chunk.toString('utf8'))));
  });
  await enid.start();
  await enid.until('the first run', ({ state }) => state === 'ok', 60_000);
  await pause(5000);

  const perRun = await processesOfARun(enid, server, metadata);
  await pause(1000);

  await metadata.reset();
  const files = await filesMark(server);
  const before = await usage(server, enid.pid());
  const bareBefore = await usage(server, barePid);
  const log = enid.log();
  const mark = await processMark(server);
  await pause(idle);
  const started = (await processMark(server)) - mark - 1;
  const after = await usage(server, enid.pid());
  const written = (await filesMark(server)) !== files;
  const { requests } = await metadata.seen();
  const bareUsage = await usage(server, barePid);
  const helpers = await Promise.all((await children(server, enid.pid())).map((pid) => usage(server, pid)));
  bare.kill('SIGKILL');
  await server.run(['sh', '-c', `kill -KILL ${barePid}`]);
  const said = enid.log() !== log;
  await enid.stop();

  const polls = requests.filter((request) => request.endsWith('/meta-data/all')).length;
  const minute = 60_000 / idle;
  const extra = after.pss - bareUsage.pss;
  return [
    {
      what: 'memory of the idle daemon, PSS (RSS)',
      value: `${mib(after.pss)} (${mib(after.rss)})`,
      floor: `${mib(bareUsage.pss)} (${mib(bareUsage.rss)})`,
      target: `<= ${mib(bareUsage.pss + memoryTarget)}`,
      reached: extra <= memoryTarget,
    },
    {
      what: 'memory of what it keeps running (`ip monitor`), PSS',
      value: `${helpers.length} of ${mib(helpers.reduce((total, one) => total + one.pss, 0))}`,
    },
    {
      what: `processor time in an idle minute, poll ${poll / 1000} s`,
      value: ms((after.cpu - before.cpu) * minute),
      floor: ms((bareUsage.cpu - bareBefore.cpu) * minute),
    },
    {
      what: 'wake-ups in an idle minute',
      value: ((after.wakeUps - before.wakeUps) * minute).toFixed(0),
      floor: ((bareUsage.wakeUps - bareBefore.wakeUps) * minute).toFixed(0),
    },
    {
      what: 'processes started while idle',
      value: String(started),
      target: '0',
      reached: started === 0,
    },
    { what: 'files written while idle', value: written ? 'some' : '0', target: '0', reached: !written },
    { what: 'log lines while idle', value: said ? 'some' : '0', target: '0', reached: !said },
    {
      what: 'metadata requests a poll',
      value: `${requests.length} in ${polls} polls`,
      target: '1 each',
      ...(polls > 0 ? { reached: requests.length === polls } : {}),
    },
    { what: 'processes of a run without a change', value: String(perRun) },
  ];
}

/** Processes and threads from a wish for a run until some time after it asked for metadata. */
async function processesOfARun(
  enid: Bench['enid'],
  server: Bench['vpc']['server'],
  metadata: Bench['vpc']['metadata'],
): Promise<number> {
  await metadata.reset();
  const before = await processMark(server);
  await enid.wake();
  while ((await metadata.seen()).requests.length === 0) await pause(50);
  await pause(2000);
  // Less the mark itself, and the shell and its `mkdir` of the wish.
  return (await processMark(server)) - before - 3;
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
