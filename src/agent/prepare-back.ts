import { stackActions } from '../activate/registry.ts';
import { loadConfig } from '../config/load.ts';
import { detectStack } from '../distro/detect.ts';
import { readKernel } from '../kernel/read.ts';
import type { OwnEntries } from '../kernel/restore.ts';
import type { FileChange } from '../model/file.ts';
import type { KernelState } from '../model/kernel.ts';
import { ok, type Result } from '../model/problem.ts';
import type { State } from '../model/state.ts';
import type { GoneInterface, Step } from '../model/step.ts';
import type { Ports } from '../ports/ports.ts';
import { loadState } from '../state/load.ts';
import { type WayBack, wayBack } from '../transaction/history.ts';
import { type Journal, openJournal } from '../transaction/journal.ts';
import type { Undo } from '../transaction/records.ts';
import { ownNow } from './own.ts';
import { primaryBefore } from './primary-before.ts';

/** Everything that taking back needs, settled before anything is touched. */
export interface Prepared {
  readonly state: State;
  readonly way: WayBack;
  /** The oldest transaction of the way: its snapshot is where it leads. */
  readonly goal: Journal;
  readonly kernel: KernelState;
  /** Steps that need the files as they are now. */
  readonly release: readonly Step[];
  readonly undo: Undo;
  /** Milliseconds. */
  readonly timeout: number;
}

/** Finds the way back. Errors: `no-transaction`, `journal-corrupt`, `config-…`, `state-corrupt`, `kernel-unreadable`, `file-…`. */
export async function prepareBack(
  ports: Ports,
  options: { readonly id: string | null; readonly configPath: string },
): Promise<Result<Prepared>> {
  const [config, state, kernel] = await Promise.all([
    loadConfig(ports.files, options.configPath),
    loadState(ports.files),
    readKernel(ports),
  ]);
  if (!config.ok) return config;
  if (!state.ok) return state;
  if (!kernel.ok) return kernel;
  const way = await wayBack(ports.files, state.value, options.id);
  if (!way.ok) return way;
  const journals: Journal[] = [];
  for (const id of way.value.ids) {
    const journal = await openJournal(ports.files, id);
    if (!journal.ok) return journal;
    if (journal.value !== null) journals.push(journal.value);
  }
  const goal = journals[journals.length - 1];
  if (goal === undefined) throw new Error('a way back without a transaction');
  const now = ownNow(state.value, kernel.value, state.value.tableBase ?? config.value.tableBase);
  const undo = joined(journals, goal, now);
  const release = await releaseSteps(ports, config.value, {
    changes: way.value.changes,
    undo,
    kernel: kernel.value,
  });
  if (!release.ok) return release;
  const { timeout } = config.value.rollback;
  return ok({
    state: state.value,
    way: way.value,
    goal,
    kernel: kernel.value,
    release: release.value,
    undo,
    timeout,
  });
}

/** The steps of all of them, each once, over every link that any of them touched. */
function joined(journals: readonly Journal[], goal: Journal, now: OwnEntries): Undo {
  const undos = journals.map((journal) => journal.planned.undo);
  const known = new Set<string>();
  const scoped = undos
    .flatMap((undo) => undo.scoped)
    .filter((step) => !known.has(step.argv.join('\0')) && known.add(step.argv.join('\0')));
  const links = [...new Set(undos.flatMap((undo) => undo.extent?.links ?? []))];
  const { extent } = goal.planned.undo;
  if (extent === null) return { ...goal.planned.undo, scoped, extent };
  const own = joinedOwn(undos, now);
  return { ...goal.planned.undo, scoped, extent: { ...extent, links, ...(own === null ? {} : { own }) } };
}

/** What any of them, or a change since, may have set; null where one of them does not tell. */
function joinedOwn(undos: readonly Undo[], now: OwnEntries): OwnEntries | null {
  const all = undos.flatMap(({ extent }) => (extent === null ? [] : [extent.own]));
  const known = all.flatMap((own) => own ?? []);
  if (known.length < all.length) return null;
  return {
    addresses: [now, ...known].flatMap((own) => own.addresses),
    routes: [now, ...known].flatMap((own) => own.routes),
    rules: [now, ...known].flatMap((own) => own.rules),
  };
}

/** NICs of these files go down by the files that are there now (ifdown reads them), before those change. */
async function releaseSteps(
  ports: Ports,
  config: Parameters<typeof detectStack>[2],
  back: { readonly changes: readonly FileChange[]; readonly undo: Undo; readonly kernel: KernelState },
): Promise<Result<readonly Step[]>> {
  const detected = await detectStack(ports, back.undo.primary, config);
  if (!detected.ok) return detected;
  const primary = back.undo.primary === null ? null : primaryBefore(back.kernel, back.undo.primary);
  if (primary === null) return ok([]);
  const macs = new Set(back.changes.map((change) => change.mac));
  const gone = back.kernel.links.flatMap((link): GoneInterface[] =>
    link.mac !== null && macs.has(link.mac) && link.mac !== primary.mac
      ? [{ name: link.name, mac: link.mac, table: 0, present: true }]
      : [],
  );
  const network = { primary, secondaries: [], setAside: [], sysctls: [] };
  const { stack } = detected.value;
  return ok(stackActions[stack.id].release({ network, stack, files: back.changes, touched: [], gone }));
}
