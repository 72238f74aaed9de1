import type { Stack, StackId } from '../model/stack.ts';
import type { Change, Step } from '../model/step.ts';

/**
 * How one stack takes up, lets go and restarts network interfaces: steps as data, made without looking at the machine. What
 * they achieved is seen in the kernel, never in an exit code.
 */
export interface StackActions {
  readonly id: StackId;
  /**
   * True where the stack itself brings a pure difference of addresses, routes and rules into the kernel without taking the
   * NIC down. Where it is false such a difference needs an `ip -batch` beside the files, and no step of this stack.
   */
  reapplies(stack: Stack): boolean;
  /**
   * True where the stack configures a NIC that it has no file for, default route and all, as soon as udev has it: udev is
   * then made to wait for enid's files. Missing: it does not.
   */
  takesNewNics?(stack: Stack): boolean;
  /**
   * True where a route in main by a NIC tells that the stack has it up by something else than enid's files: what `ip` takes
   * away there comes back with the next lease, so the NIC is taken up anew. Missing: it does not.
   */
  leaksByOtherProfile?(stack: Stack): boolean;
  /** Steps that need the files as they were, before anything is written. Never touches the primary. */
  release(change: Change): readonly Step[];
  /** Steps for the touched and gone NICs alone, after the files are written or removed. */
  scoped(change: Change): readonly Step[];
  /** The restart of the whole network service, primary included. Empty where there is none. */
  service(machine: Machine): readonly Step[];
  /** Rungs of the rollback ladder for the primary, mildest first, after its files are as they were. */
  revive(machine: Machine): Revival;
  /** What the consumer said if it refused a file, read from a step's output; null where it did not. */
  refusal(output: string): string | null;
}

/** What a whole-service step has to know. */
export type Machine = Pick<Change, 'stack' | 'network'>;

export interface Revival {
  readonly scoped: readonly Step[];
  readonly start: readonly Step[];
  readonly restart: readonly Step[];
}
