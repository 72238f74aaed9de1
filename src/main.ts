import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCli } from './cli/run.ts';
import { exitCodes } from './report/exit-code.ts';

const here = dirname(fileURLToPath(import.meta.url));

void runCli({
  argv: process.argv.slice(2),
  environment: process.env,
  terminal: process.stdout.isTTY === true,
  errorTerminal: process.stderr.isTTY === true,
  uid: process.getuid?.() ?? 0,
  version: process.env.ENID_VERSION ?? 'unbuilt',
  self: [process.execPath, ...process.execArgv, resolve(process.argv[1] ?? '')],
  templates: join(here, 'templates'),
  stopping: stopSignal(),
}).then(({ output, errors, exitCode }) => {
  process.stderr.write(errors);
  // What was written to a pipe is lost if the process ends before the reader took it.
  process.stdout.write(output, (error) => {
    if (error === null || error === undefined || isGone(error)) return process.exit(exitCode);
    const line = `enid: standard output could not be written: ${error.message}\n`;
    process.stderr.write(line, () => process.exit(exitCodes.failed));
  });
});

/** The reader of a pipe or the terminal went away: that is no failure of the command. */
function isGone(error: NodeJS.ErrnoException): boolean {
  const isHangUp = error.code === 'EIO' && process.stdout.isTTY === true;
  return isHangUp || error.code === 'EPIPE' || error.code === 'ERR_STREAM_DESTROYED';
}

/**
 * Whoever reads may go away (`enid status | head -1`), and so may the terminal: the restart of the network can cut the very
 * session that asked for it. A change under way is finished all the same, and the exit code says what came of it.
 */
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
process.on('SIGHUP', () => {}); // of the daemon: it adds what it does then

/** A bug: where it happened, without the line of the bundle (a megabyte of it) that Node.js would print. */
process.on('uncaughtException', (error) => {
  process.stderr.write(`enid: internal error: ${error.stack ?? error.message}\n`, () => process.exit(1));
});

/** Aborts at the first SIGTERM or SIGINT; the command ends in its own time. */
function stopSignal(): AbortSignal {
  const stopping = new AbortController();
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => stopping.abort());
  return stopping.signal;
}
