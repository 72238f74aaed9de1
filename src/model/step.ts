import type { DesiredInterface, DesiredNetwork } from './desired.ts';
import type { FileChange } from './file.ts';
import type { Mac } from './mac.ts';
import type { Stack } from './stack.ts';

/** One command to run, as data: shown by `plan`, journaled before it runs, run by the activator. */
export interface Step {
  readonly argv: readonly string[];
  /** What people read in place of `argv`, where that is a script around a command. */
  readonly shown?: string;
  /** For people: why it is run. */
  readonly why: string;
  /**
   * `service`: a command of the distribution, run as a transient service of PID 1 so that what it starts (a DHCP
   * client) is not a child of enid. `own`: `ip` or `systemctl`, run directly.
   */
  readonly runAs: 'service' | 'own';
  /** Text for standard input (`ip -batch -`). */
  readonly input: string | null;
  /** Milliseconds. */
  readonly timeout: number;
  /** A non-zero exit is expected to happen and harmless (ifdown of a NIC that is not up). */
  readonly mayFail: boolean;
  /**
   * `end` (also where missing): a command that takes longer than `timeout` is ended with all it started, and the step
   * failed. `leave`: it goes on by itself (a DHCP client that still asks) and the kernel shows later what came of it.
   */
  readonly afterTimeout?: 'end' | 'leave';
}

/** The command of a step as people read it. */
export function commandOf({ argv, shown }: Pick<Step, 'argv' | 'shown'>): string {
  return shown ?? argv.join(' ');
}

/** A NIC whose configuration goes: it left the machine, or it is no longer ours. */
export interface GoneInterface {
  readonly name: string;
  readonly mac: Mac;
  readonly table: number;
  /** The link is still in the kernel. */
  readonly present: boolean;
  /** The link itself is a VLAN of our making that nobody wants any more: it goes too. */
  readonly isMade?: boolean;
}

/** What an activator is told. */
export interface Change {
  readonly network: DesiredNetwork;
  readonly stack: Stack;
  readonly files: readonly FileChange[];
  /** NICs to take up: their files change or the kernel differs. */
  readonly touched: readonly DesiredInterface[];
  readonly gone: readonly GoneInterface[];
  /** The names of all links in the kernel at the moment: a NIC that left may have had a name that somebody else bears now. */
  readonly linkNames?: readonly string[];
}
