import type { StackId, Version } from '../model/stack.ts';
import { cloudSystems } from './rows/clouds.ts';
import { debianSystems } from './rows/debian.ts';
import { eulerSystems } from './rows/euler.ts';
import { redHatSystems } from './rows/rhel.ts';
import { suseSystems } from './rows/suse.ts';
import type { System, VersionRange } from './system.ts';
import { compareVersions } from './versions.ts';

/** Every distribution known beforehand. A new one is an object in `rows/` and its name in that file's list. */
export const systems: readonly System[] = [
  ...cloudSystems,
  ...redHatSystems,
  ...eulerSystems,
  ...debianSystems,
  ...suseSystems,
];

/** One value that `enid render --os` takes. */
export interface KnownSystem {
  /** `ubuntu:22.04` */
  readonly os: string;
  /** `Ubuntu 22.04` */
  readonly pretty: string;
  /** The assumed stack first, then those that `--stack` is known to be needed for. */
  readonly stacks: readonly StackId[];
}

/** One entry for each id and row, in the order of the table: the goldens go through all of them. */
export const knownSystems: readonly KnownSystem[] = systems.flatMap((system) =>
  Object.entries(system.names).map(([id, name]) => ({
    os: `${id}:${system.example}`,
    pretty: `${name} ${system.example}`,
    stacks: [system.stack, ...system.alternatives],
  })),
);

/**
 * The row of an os-release ID (any case) and version; null where there is none. A version without a minor number is the last
 * minor release: `centos:8` is 8.5, and CentOS says no more of itself.
 */
export function findSystem(id: string, version: Version): System | null {
  const named = systems.filter((system) => Object.keys(system.names).includes(id.toLowerCase()));
  const rowOf = (wanted: Version): System | undefined =>
    named.find((system) => system.versions.some((range) => isIn(wanted, range)));
  const [major = 0, minor] = version;
  const last = minor === undefined ? rowOf([major, Number.MAX_SAFE_INTEGER]) : undefined;
  return last ?? rowOf(version) ?? null;
}

function isIn(version: Version, { from, below }: VersionRange): boolean {
  return compareVersions(version, from) >= 0 && compareVersions(version, below) < 0;
}
