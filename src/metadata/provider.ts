import type { Config } from '../model/config.ts';
import type { InstanceNetwork } from '../model/instance.ts';
import type { Result } from '../model/problem.ts';
import type { Evidence } from '../model/stack.ts';
import type { Ports } from '../ports/ports.ts';
import type { Dmi } from './dmi.ts';

/** One cloud: a folder here, a line in the registry, fixtures in `test/fixtures/metadata/<id>/`. */
export interface Provider {
  /** The word for `provider:` in the configuration, and `cloud` in what is printed. */
  readonly id: string;
  /** Its name for people. */
  readonly title: string;
  /** The base of its metadata service, without a final slash; null where nothing is asked over the network. */
  readonly endpoint: string | null;
  /** Bases of further fixed addresses of the service, without a final slash; absent: there are none. */
  readonly services?: readonly string[];
  /** How many reads must agree before something is taken away, where that is not for the configuration to say. */
  readonly agreeingReads?: number;
  /** What a person can do about an answer that does not read; absent: nothing. */
  readonly remedy?: string;
  /** What in the firmware's tables says that this machine runs there; null: nothing does, and nothing is sent to it. */
  detect(dmi: Dmi): Evidence | null;
  /** Makes the reader that lives as long as the process, so that it can remember tokens and what the service knows. */
  open(context: FetchContext): Fetch;
  /** Pure: what was fetched, in our own words. Anything that does not read as what it should be is a problem. */
  parse(raw: Raw): Result<InstanceNetwork>;
  /** What the cloud calls the instance's type, for `doctor`; null: not told. Absent: it is not asked. */
  instanceType?(context: FetchContext, budget: Budget): Promise<Result<string | null>>;
}

/** What a provider may reach while it fetches. */
export interface FetchContext extends Pick<Ports, 'http' | 'files' | 'exec' | 'clock' | 'log'> {
  /** The configured endpoint; null: the provider's own. */
  readonly endpoint: string | null;
  readonly settings: Config['metadata'];
}

/** One read of everything, within the budget. */
export type Fetch = (budget: Budget) => Promise<Result<Raw>>;

/** Until when a read may go on. */
export interface Budget {
  /** On the clock's monotonic scale, milliseconds. */
  readonly deadline: number;
  readonly signal?: AbortSignal;
}

/** The unparsed answer: plain JSON data, so that a fixture is a file. */
export interface Raw {
  /** The URL or file it came from; named in problems. */
  readonly source: string;
  readonly tree: unknown;
}
