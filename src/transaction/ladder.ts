import type { FailedCommand } from '../kernel/batch.ts';
import { replayLink } from '../kernel/replay.ts';
import { isWithin, restoring } from '../kernel/restore.ts';
import type { IpCommand } from '../model/difference.ts';
import type { KernelAddress, KernelRoute, KernelRule, KernelState } from '../model/kernel.ts';
import type { Problem, Result } from '../model/problem.ts';
import { commandOf, type Step } from '../model/step.ts';
import { appeared } from './appeared.ts';
import type { Rung, Undo } from './records.ts';
import { vanished } from './vanished.ts';

/** The machine, as the ladder needs it. */
export interface World {
  run(step: Step): Promise<Result<{ readonly exitCode: number }>>;
  kernel(): Promise<Result<KernelState>>;
  ip(commands: readonly IpCommand[]): Promise<Result<readonly FailedCommand[]>>;
  /** What answered before the change answers again. It waits as long as it sees fit. */
  reachable(): Promise<boolean>;
  /** Packets take another way than before the change, and that lasts. */
  isDiverted(): Promise<boolean>;
  /**
   * False for an address of the primary that is not its own, such as one that moves from machine to machine: it may
   * be in use elsewhere by now, so it is not set again.
   */
  isOwn(address: KernelAddress): boolean;
}

/** What the kernel is brought back to; null where nothing of it is known. */
export interface Snapshots {
  /** What the links, tables and rules of `Undo.extent` are to be like. */
  readonly goal: KernelState | null;
  /** The kernel just before: what of it went missing since comes back, and the primary with it. */
  readonly before: KernelState | null;
}

export interface Climb {
  /** The last rung that was tried. */
  readonly rung: Rung;
  /** The machine is reachable again. */
  readonly worked: boolean;
  /** What failed on the way, also where a later rung worked. */
  readonly problems: readonly Problem[];
  /** Sentences for people, in order. */
  readonly done: readonly string[];
}

/**
 * Brings the network back to files that are already back: scoped steps, start, restart, then the primary through
 * `ip`; after each rung the extent is set as in the goal and what else is gone since before is put back, and the climb ends when the machine
 * is reachable. Rules of others that came with the change and lead into the extent's tables go, since these are what they were
 * before; where packets still take another way, all rules and routes that came with it, by a hook of the network service say. A step that fails is noted and the next is tried: what counts is whether the machine answers.
 */
export async function climb(undo: Undo, snapshots: Snapshots, world: World): Promise<Climb> {
  const { goal, before } = snapshots;
  const problems: Problem[] = [];
  const done: string[] = [];
  const { extent } = undo;
  const isRestored = (entry: KernelRoute | KernelRule) => extent !== null && isWithin(entry, extent);
  const rungs = ['scoped', 'start', 'restart'] as const;
  for (const rung of rungs) {
    // The first rung is always tried: what steps did to the kernel may be undone by replay alone.
    if (rung !== 'scoped' && undo[rung].length === 0) continue;
    problems.push(...(await runSteps(undo[rung], world, done)));
    const replayed = await replay(snapshots, world, (now) => [
      ...(extent === null || goal === null ? [] : restoring(goal, now, extent)),
      ...(before === null ? [] : vanished(before, now, isRestored).commands),
      ...(before === null
        ? []
        : appeared(before, now, (entry) => isRestored(entry) || !leadsInto(extent, entry))),
    ]);
    problems.push(...replayed.problems);
    done.push(...replayed.done);
    if (rung === 'scoped' && before !== null && (await world.isDiverted())) {
      const removed = await replay(snapshots, world, (now) => appeared(before, now, isRestored));
      problems.push(...removed.problems);
      done.push(...removed.done);
    }
    if (await world.reachable()) return { rung, worked: true, problems, done };
  }
  const { primary } = undo;
  if (primary === null || before === null) return { rung: 'restart', worked: false, problems, done };
  const own = withoutVisitors(before, world);
  const replayed = await replay(snapshots, world, (now) => replayLink(own, primary, now));
  problems.push(...replayed.problems);
  done.push(`brought ${primary} up with its former addresses, routes and rules`);
  return { rung: 'primary', worked: await world.reachable(), problems, done };
}

/** A rule that leads into one of the extent's tables. */
function leadsInto(extent: Undo['extent'], entry: KernelRoute | KernelRule): boolean {
  if (extent === null || !('priority' in entry) || entry.table === null) return false;
  return entry.table >= extent.first && entry.table <= extent.last;
}

/** The snapshot without the addresses that are not the machine's own, and without the routes that need them. */
function withoutVisitors(snapshot: KernelState, world: World): KernelState {
  const addresses = snapshot.addresses.filter((entry) => world.isOwn(entry));
  const visitors = new Set<string | null>(
    snapshot.addresses.filter((entry) => !addresses.includes(entry)).map((entry) => entry.address),
  );
  return { ...snapshot, addresses, routes: snapshot.routes.filter((route) => !visitors.has(route.source)) };
}

/** Runs steps of the way back, whatever fails; `done` gets what was tried. */
export async function runSteps(
  steps: readonly Step[],
  world: World,
  done: string[],
): Promise<readonly Problem[]> {
  const problems: Problem[] = [];
  for (const step of steps) {
    done.push(step.why);
    problems.push(...(await runStep(step, world)));
  }
  return problems;
}

async function runStep(step: Step, world: World): Promise<readonly Problem[]> {
  const place = commandOf(step);
  const ran = await world.run(step);
  if (!ran.ok) return [ran.problem];
  if (ran.value.exitCode === 0 || step.mayFail) return [];
  return [{ code: 'command-failed', place, message: `exit code ${ran.value.exitCode}`, advice: '' }];
}

async function replay(
  { goal, before }: Snapshots,
  world: World,
  commandsFor: (now: KernelState) => readonly IpCommand[],
): Promise<{ readonly problems: readonly Problem[]; readonly done: readonly string[] }> {
  if (goal === null && before === null) return { problems: [], done: [] };
  const now = await world.kernel();
  if (!now.ok) return { problems: [now.problem], done: [] };
  const commands = commandsFor(now.value);
  if (commands.length === 0) return { problems: [], done: [] };
  const ran = await world.ip(commands);
  if (!ran.ok) return { problems: [ran.problem], done: [] };
  const failed = new Map(ran.value.map((failure) => [failure.command, failure.message]));
  return {
    problems: [...failed].map(([command, message]) => ({
      code: 'command-failed',
      place: `ip ${command.line}`,
      message,
      advice: '',
    })),
    done: commands.filter((command) => !failed.has(command)).map((command) => `put back: ${command.line}`),
  };
}
