import type { Answer } from '../kernel/ask.ts';
import type { Address } from '../model/address.ts';
import type { Config } from '../model/config.ts';
import type { Difference } from '../model/difference.ts';
import type { InstanceNetwork } from '../model/instance.ts';
import type { KernelState } from '../model/kernel.ts';
import type { Mac } from '../model/mac.ts';
import type { Problem, Result } from '../model/problem.ts';
import type { Stack } from '../model/stack.ts';
import type { State } from '../model/state.ts';
import type { Wanted } from '../network/desire.ts';
import type { Status } from '../report/status.ts';
import type { KeptFile } from '../transaction/plan.ts';

/**
 * Everything that the checks look at, found out beforehand. A `Result` that is a problem was not found out, which is
 * never the same as "nothing there".
 */
export interface Findings {
  readonly config: Config;
  /** The first mark of a container; null for a machine of its own. */
  readonly container: string | null;
  readonly ip: Result<IpProgram>;
  readonly kernel: Result<KernelState>;
  readonly state: Result<State>;
  /** What the metadata service says at this moment. */
  readonly metadata: Result<InstanceNetwork>;
  /** The same, or where it says nothing what enid believed last of this machine: what the checks of NICs go by. */
  readonly instance: Result<InstanceNetwork>;
  readonly stack: Result<Stack>;
  readonly wanted: Result<Wanted>;
  /** What `enid plan` would say. */
  readonly plan: Result<Planned>;
  /** e.g. `ecs.g7.large`; where the service does not tell, the reason. */
  readonly instanceType: Result<string>;
  /** Seconds since 1970: btime of /proc/stat. */
  readonly bootedAt: Result<number>;
  /** Network hardware that no driver has taken, each as a line for people. */
  readonly driverless: Result<readonly string[]>;
  readonly ways: Result<readonly Way[]>;
  /** Values by key with slashes below /proc/sys; null where the kernel has no such key. */
  readonly sysctls: Result<ReadonlyMap<string, string | null>>;
  readonly agents: Result<readonly FoundAgent[]>;
  readonly cloudInit: Result<CloudInit>;
  readonly pins: Result<readonly NamePin[]>;
  /** Profiles that NetworkManager made up and has in use. */
  readonly automatic: Result<readonly AutomaticProfile[]>;
  readonly daemon: Result<boolean>;
  /** enid.service is started at boot. */
  readonly atBoot: Result<boolean>;
  /** status.json; null: nothing ran since boot. */
  readonly status: Result<Status | null>;
  /** Transactions left open, newest first. */
  readonly pending: Result<readonly string[]>;
  /** Which enid holds the lock at this moment; null: none. */
  readonly holder: Result<string | null>;
}

export interface IpProgram {
  /** What `ip -V` prints, one line. */
  readonly version: string;
  readonly isIproute2: boolean;
  /** `ip rule` works: the kernel was built with policy routing (CONFIG_IP_MULTIPLE_TABLES). */
  readonly hasRules: boolean;
}

export interface Planned {
  /** Files of ours that somebody edited, or files of somebody at a path of ours. */
  readonly kept: readonly KeptFile[];
  /** Paths that would be written or removed. */
  readonly changes: readonly string[];
  readonly differences: readonly Difference[];
  /** What keeps replies of forwarded connections from being marked. */
  readonly problems: readonly Problem[];
  /** Sentences about routes and rules in our tables that somebody else set. */
  readonly strangers: readonly string[];
}

/** Which way the kernel sends one packet. */
export interface Way {
  /**
   * `outside`: to a host in no subnet of the cloud. `subnet`: to a host in the subnet of `nic`. `metadata`, `dns`: a new
   * connection to the service.
   */
  readonly to: 'outside' | 'subnet' | 'metadata' | 'dns';
  /** Whose address it is sent from; null for a new connection, whose source the kernel chooses. */
  readonly from: { readonly mac: Mac; readonly address: Address } | null;
  readonly destination: Address;
  readonly answer: Answer;
}

export interface FoundAgent {
  /** A row of the table of agents. */
  readonly id: string;
  /** Whether it is going to act on NICs, and by what that shows. */
  readonly acts: Result<boolean>;
  /** The path or unit it was found by. */
  readonly where: string;
}

export interface CloudInit {
  readonly installed: boolean;
  /** The file or setting that keeps it from configuring the network; null where nothing does. */
  readonly keptOff: string | null;
}

/** A line of a file such as 70-persistent-net.rules: this MAC is to have this name. */
export interface NamePin {
  readonly path: string;
  readonly mac: Mac;
  readonly name: string;
}

export interface AutomaticProfile {
  readonly profile: string;
  /** The NIC's name. */
  readonly device: string;
}
