import type { Result } from '../model/problem.ts';
import type { LogLevel } from '../ports/log.ts';
import type { Ports } from '../ports/ports.ts';

/** `--name` or `--name VALUE`. */
export interface Flag {
  /** Without the dashes. */
  readonly name: string;
  /** What the value is called in the help; null for a flag without one. */
  readonly value: string | null;
  readonly summary: string;
  /** The values there are, where they are a closed list. */
  readonly choices?: readonly string[];
  /** What it is when it is not given, for the help. */
  readonly fallback?: string;
  readonly required?: true;
}

/** A word of the command line that is no flag; always optional. */
export interface Operand {
  readonly name: string;
  readonly summary: string;
}

/** All that `--help` and the errors of a command are made from. Loading a command's code waits until it runs. */
export interface Command {
  readonly name: string;
  readonly summary: string;
  /** Lines for `--help`. */
  readonly about: readonly string[];
  readonly flags: readonly Flag[];
  readonly operands: readonly Operand[];
  readonly examples: readonly { readonly line: string; readonly does: string }[];
  /** It reads or changes what only root may, on the running system. */
  readonly needsRoot: boolean;
  /** For enid's own units: not listed by `enid --help`. */
  readonly hidden: boolean;
  /** Where it is not `warn`. */
  readonly logLevel?: LogLevel;
  readonly load: () => Promise<CommandModule>;
}

/** What a file of `commands/` exports. */
export interface CommandModule {
  readonly run: (context: Context) => Promise<Result<CommandOutput>>;
}

export interface CommandOutput {
  /** For standard output, complete with its last newline. */
  readonly text: string;
  readonly exitCode: number;
}

/** Flags by name: the value, or an empty string for a flag without one. */
export type Flags = ReadonlyMap<string, string>;

/** What a command is given. */
export interface Context {
  readonly ports: Ports;
  readonly flags: Flags;
  readonly operands: readonly string[];
  /** `/`, or the directory given with `--root`. */
  readonly root: string;
  readonly configPath: string;
  readonly json: boolean;
  readonly force: boolean;
  /** Colour is wanted: a terminal, NO_COLOR not set, no `--json`. */
  readonly colour: boolean;
  /** How this program is started again: the runtime and the script, absolute. */
  readonly self: readonly string[];
  /** The directory of the shipped templates, never below `--root`. */
  readonly templates: string;
  /** Aborted by SIGTERM or SIGINT. */
  readonly stopping: AbortSignal;
}
