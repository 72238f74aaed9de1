import type { Result } from '../model/problem.ts';

export interface ExecOutput {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ExecOptions {
  /** Given to standard input, which is then closed; without it standard input is empty. */
  readonly input?: string;
  /** Milliseconds; default 10 000. After it the process group gets SIGTERM, then SIGKILL. */
  readonly timeout?: number;
  /** Aborting ends the process group the same way; the answer is then `command-failed`. */
  readonly signal?: AbortSignal;
  /** Variables beside LC_ALL and PATH. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** A process that runs on, line by line. */
export interface Following {
  /** Its pid; null where it could not be started. */
  readonly started: Promise<number | null>;
  /** Settles when the process ended: with its exit code, or null when it was ended by a signal or never started. */
  readonly ended: Promise<number | null>;
  /** Ends its process group; `ended` settles soon after. */
  stop(): void;
}

/** Starting programs. No shell is ever involved; the environment is `LC_ALL=C` and PATH (sbin included) unless more is given. */
export interface Exec {
  /**
   * Runs to the end. A non-zero exit is a value, not a problem.
   * Errors: `command-missing` (no such program), `command-timeout`, `command-failed` (ended by a signal, or could not start).
   */
  run(argv: readonly string[], options?: ExecOptions): Promise<Result<ExecOutput>>;
  /** Starts and calls `onLine` for each line of standard output, `onError` for each of standard error. */
  follow(
    argv: readonly string[],
    onLine: (line: string) => void,
    onError?: (line: string) => void,
  ): Following;
  /** Starts in a session of its own, with no ties to this process, and gives its pid. */
  detach(argv: readonly string[]): Promise<Result<number>>;
  /**
   * Sends a signal to a process, or to a process group where `pid` is negative. False: there is no such process.
   * Errors: `command-failed` (not permitted).
   */
  signal(pid: number, name: 'SIGTERM' | 'SIGKILL' | 'SIGHUP'): Result<boolean>;
}
