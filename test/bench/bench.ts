// The benchmark: medians, with what bare Node needs beside them. Arguments: [--runs N] [--idle SECONDS].
// Exit 0 when all was measured, reached or not; 1 when something could not be measured.
import { closeAll } from '../lab/cleanup.ts';
import { enterUserNamespaceIfNeeded } from '../lab/privileges.ts';
import { measureHotPlug } from './hot-plug.ts';
import { measureIdle } from './idle.ts';
import { measureNoOp } from './no-op.ts';
import { type Measure, printMeasures } from './report.ts';
import { makeBench } from './scene.ts';
import { measureStart, nodeFloor } from './start.ts';

const obstacle = enterUserNamespaceIfNeeded();
if (obstacle !== null) {
  process.stderr.write(`bench: ${obstacle}\n`);
  process.exit(1);
}

const runs = argument('--runs', 11);
// A poll a minute, up to a tenth late: one falls within it.
const idle = argument('--idle', 70) * 1000;
const measures: Measure[] = [];
let failed = false;
try {
  say(`medians of ${runs} runs, Node ${process.version}`);
  const bench = await makeBench(runs, idle);
  const floor = await nodeFloor(bench);
  say('hot-plug ...');
  measures.push(...(await measureHotPlug(bench)));
  say(`idle for ${idle / 1000} s ...`);
  measures.push(...(await measureIdle(bench)));
  say('start ...');
  measures.unshift(...(await measureStart(bench, floor)));
  say('no-op ...');
  measures.push(...(await measureNoOp(bench, floor)));
} catch (error) {
  failed = true;
  process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n`);
}
await closeAll();
process.stdout.write(`${printMeasures(measures)}\n`);
process.exit(failed ? 1 : 0);

function argument(name: string, otherwise: number): number {
  const index = process.argv.indexOf(name);
  if (index === -1) return otherwise;
  const value = Number(process.argv[index + 1]);
  if (Number.isInteger(value) && value > 0) return value;
  process.stderr.write(`bench: ${name} takes a whole number above 0\n`);
  process.exit(2);
}

/** Progress goes to standard error: standard output is the table. */
function say(text: string): void {
  process.stderr.write(`${text}\n`);
}
