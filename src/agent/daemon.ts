import { loadConfig } from '../config/load.ts';
import type { Config } from '../model/config.ts';
import type { Mac } from '../model/mac.ts';
import { ok, type Result } from '../model/problem.ts';
import type { RunReport, Trigger } from '../model/run.ts';
import { matches } from '../network/nic.ts';
import type { Ports } from '../ports/ports.ts';
import { publish } from '../report/publish.ts';
import { printStatusFile, startingStatus, statusPath } from '../report/status.ts';
import { awaitAfter, forget, nextRetry, nothingAwaited, type Waiting } from '../trigger/backoff.ts';
import { driftPause } from '../trigger/coalesce.ts';
import { consumeTriggers, triggerDirectory } from '../trigger/files.ts';
import { type Inbox, makeInbox } from '../trigger/inbox.ts';
import { pollDelay, pollTrigger } from '../trigger/poll.ts';
import { holdDirectory } from './hold.ts';
import { announce, presencePath } from './presence.ts';
import { type FileSource, type Listener, watchFiles, watchLinks } from './sources.ts';
import { type UnheardChanges, unheardChanges } from './unheard.ts';
import type { KernelWatching } from './watching.ts';

export interface DaemonOptions {
  readonly configPath: string;
  readonly pid: number;
  /** One pass of the pipeline; it finishes or rolls back when `stopping` aborts. */
  readonly run: (trigger: Trigger) => Promise<RunReport>;
  /** MACs of links whose removal was seen; kept here for the pipeline. */
  readonly removed: Set<Mac>;
  /** By link name, when the link was last reported lost (monotonic milliseconds); kept here for the pipeline. */
  readonly linkLosses: Map<string, number>;
  readonly stopping: AbortSignal;
  /** Registers what SIGHUP does. */
  readonly onHangup: (listener: () => void) => void;
  /** In [0, 1). */
  readonly random: () => number;
}

/** Where `ip monitor` knows no rules (Linux 2.6.32 and the next) they are looked at after each poll. */
const ruleLook = 'a look at the rules, of which `ip monitor` reports nothing';

/** Milliseconds that ending may take; what has not ended by then ends with the process. */
const patience = 800;

/**
 * Watches until it is told to stop: one run at a time, what happens meanwhile in one more run. Between runs nothing is
 * asked, written or started but the poll and the watchdog's sign of life, which the loop itself gives.
 * Errors: `config-…` at the start, `locked` (another daemon runs).
 */
export async function runDaemon(ports: Ports, options: DaemonOptions): Promise<Result<void>> {
  const config = await loadConfig(ports.files, options.configPath);
  if (!config.ok) return config;
  const announced = await announce(ports.files, options.pid);
  if (!announced.ok) return announced;
  const memory: Memory = { config: config.value, report: null, waiting: nothingAwaited };
  const inbox = makeInbox(ports.clock);
  inbox.put({ kind: 'boot', detail: 'enid started' });
  options.onHangup(() => inbox.put({ kind: 'signal', detail: 'SIGHUP' }));
  const links = await watchLinks(ports, listenerFor(ports, options, memory, inbox));
  const paths = watchFiles(ports, options.configPath, () => savedMetadata(memory.config), inbox.put);
  await paths.refresh();
  await ports.files.makeDirectory(triggerDirectory, 0o755);
  await consumeTriggers(ports.files); // the run at the start answers what lies there
  await ports.files.write(statusPath, printStatusFile(startingStatus), { mode: 0o644 });
  await ports.notify.ready('starting: the first look at the metadata');
  await loop(ports, options, memory, { inbox, paths, links, unheard: unheardChanges(ports) });
  const marks = [ports.files.removeTree(holdDirectory), ports.files.remove(presencePath)];
  const gone = [ports.notify.stopping(), links.stop(), paths.stop(), ...marks];
  await Promise.race([Promise.all(gone), ports.clock.sleep(patience)]);
  return ok(undefined);
}

/** Milliseconds without a run after which drift is single again. */
const lull = 10_000;

/** What the loop and the sources share. */
interface Memory {
  config: Config;
  report: RunReport | null;
  waiting: Waiting;
}

interface Sources {
  readonly inbox: Inbox;
  readonly paths: FileSource;
  readonly links: Pick<KernelWatching, 'seesRules'>;
  readonly unheard: UnheardChanges;
}

/** The file that is read in place of a cloud's service; null: none. */
function savedMetadata({ provider, metadata }: Config): string | null {
  return provider === 'file' ? metadata.file : null;
}

async function loop(ports: Ports, options: DaemonOptions, memory: Memory, sources: Sources): Promise<void> {
  const { clock, notify } = ports;
  const { inbox, paths, links, unheard } = sources;
  const { stopping } = options;
  const beat = notify.watchdogInterval === null ? Infinity : notify.watchdogInterval / 2;
  let beatAt = clock.monotonic() + beat;
  let pollAt = Infinity;
  let retryAt = Infinity;
  let driftFrom = -Infinity;
  let drifts = 0;
  while (!stopping.aborted) {
    const waiting = await inbox.next(driftFrom, Math.min(pollAt, retryAt, beatAt), stopping);
    if (stopping.aborted) return;
    const now = clock.monotonic();
    if (now >= beatAt) {
      // On a machine so busy that the child did not end in time one lost sign would be the end of the daemon.
      beatAt = now + ((await notify.watchdog()) ? beat : beat / 10);
    }
    const retry = now >= retryAt ? nextRetry(memory.waiting)?.trigger : undefined;
    if (retry === undefined && now >= retryAt) retryAt = Infinity; // what was awaited vanished
    const trigger = waiting ?? retry ?? (now >= pollAt ? pollTrigger : null);
    if (trigger === null) continue;
    // A poll that finds nothing new does not read the kernel.
    if (trigger !== pollTrigger) await unheard.beforeRun();
    await runAndTell(ports, options, memory, trigger);
    const reason = trigger !== pollTrigger ? null : links.seesRules ? await unheard.reason() : ruleLook;
    if (reason !== null) inbox.put({ kind: 'drift', detail: reason });
    await paths.refresh();
    const end = clock.monotonic();
    drifts = trigger.kind === 'drift' && now - driftFrom < lull ? drifts + 1 : 0;
    driftFrom = end + driftPause(drifts);
    const delay = nextRetry(memory.waiting)?.delay ?? Infinity;
    retryAt = trigger.kind === 'drift' ? Math.min(retryAt, end + delay) : end + delay;
    if (trigger.kind !== 'drift') pollAt = end + pollDelay(memory.config.metadata.poll, options.random());
  }
}

async function runAndTell(
  ports: Ports,
  options: DaemonOptions,
  memory: Memory,
  trigger: Trigger,
): Promise<void> {
  if (trigger.kind === 'config' || trigger.kind === 'signal') {
    const config = await loadConfig(ports.files, options.configPath);
    if (config.ok) memory.config = config.value;
  }
  const report = await options.run(trigger);
  memory.waiting = awaitAfter(report, memory.waiting);
  await publish(ports, report, memory.report, memory.config.metrics.textfile);
  memory.report = report;
}

/** Keeps what the sources see of links where the pipeline and the backoff look for it. */
function listenerFor(
  { clock }: Pick<Ports, 'clock'>,
  options: DaemonOptions,
  memory: Memory,
  inbox: Inbox,
): Listener {
  return {
    onTrigger: inbox.put,
    onRemoved(mac) {
      options.removed.add(mac);
      memory.waiting = forget(mac, memory.waiting);
    },
    onPresent: (mac) => options.removed.delete(mac),
    onLost: (link) => options.linkLosses.set(link, clock.monotonic()),
    isOurs: (link, mac) => isOurs(memory, link, mac),
  };
}

function isOurs({ config, report }: Memory, link: string, mac: Mac | null): boolean {
  const known = report?.interfaces.some((nic) => nic.mac === mac && nic.role !== 'ignored') === true;
  return known || config.interfaces.include.some((pattern) => matches(pattern, { name: link, mac }, null));
}
