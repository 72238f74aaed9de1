import type { Problem, Result } from '../model/problem.ts';
import type { Stack } from '../model/stack.ts';
import type { ReadInterfaces } from './interfaces-files.ts';
import type { NetplanConfig } from './netplan-yaml.ts';
import type { Nic } from './nic-pattern.ts';
import type { UnitStates } from './units.ts';

/**
 * Everything the decision between the stacks is made from, read from the machine beforehand. A `Result` that is a problem
 * means "could not be asked", which is never the same as "not there".
 */
export interface Facts {
  readonly init: Stack['init'];
  /** False where PID 1's services live in another network namespace than this process and so hold nothing here. */
  readonly servicesAreHere: boolean;
  /** The NIC with the default route; null where it is not known yet. */
  readonly primary: Nic | null;
  /** Without systemd only NetworkManager is told of, by its pid file. */
  readonly units: Result<UnitStates>;
  readonly netplan: {
    readonly installed: Result<boolean>;
    readonly config: Result<NetplanConfig>;
  };
  readonly networkManager: {
    /** STATE of the primary in `nmcli device`; null where it is not listed, or NetworkManager is not running. */
    readonly primaryState: Result<string | null>;
    /** The primary's ifcfg file says NM_CONTROLLED=no. */
    readonly kept: Result<boolean>;
  };
  readonly networkd: {
    /** ADMIN_STATE of the primary, the SETUP column of `networkctl list`; null where networkd does not know the NIC. */
    readonly primaryState: Result<string | null>;
  };
  /** SLES 11: /etc/init.d/network and the scripts of sysconfig. */
  readonly sysconfig: { readonly installed: Result<boolean> };
  readonly networkScripts: {
    readonly installed: Result<boolean>;
    /** Started at boot or running, by the marks of SysV: a start link or the lock file. */
    readonly on: Result<boolean>;
  };
  readonly ifupdown: {
    readonly installed: Result<boolean>;
    readonly interfaces: Result<readonly ReadInterfaces[] | null>;
    /** Names that ifupdown says are up. */
    readonly up: Result<readonly string[]>;
  };
}

/** The answer of facts put together: a known "no" decides, then a problem, else yes. */
export function allOf(...facts: readonly Result<boolean>[]): Result<boolean> {
  const no = facts.find((fact) => fact.ok && !fact.value);
  return no ?? facts.find((fact) => !fact.ok) ?? { ok: true, value: true };
}

/** The answer of facts of which one is enough: a known "yes" decides, then a problem, else no. */
export function anyOf(...facts: readonly Result<boolean>[]): Result<boolean> {
  const yes = facts.find((fact) => fact.ok && fact.value);
  return yes ?? facts.find((fact) => !fact.ok) ?? { ok: true, value: false };
}

/** A fact made from another one. */
export function mapFact<T, U>(fact: Result<T>, change: (value: T) => U): Result<U> {
  return fact.ok ? { ok: true, value: change(fact.value) } : fact;
}

/** A problem for people, short enough for a line of evidence. */
export function whyUnknown(problem: Problem): string {
  return `${problem.place}: ${problem.message}`;
}
