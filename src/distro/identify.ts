import { printable } from '../model/mac.ts';
import { describeProblem, fail, ok, type Problem, type Result } from '../model/problem.ts';
import type { Distro, Evidence } from '../model/stack.ts';
import type { Files } from '../ports/files.ts';
import { parseOsRelease, type Release } from './os-release.ts';
import { oldReleaseFiles } from './release-files.ts';
import { systems } from './systems.ts';

export interface Identified {
  readonly distro: Distro;
  readonly evidence: readonly Evidence[];
}

/**
 * Which distribution this is: os-release, else the older release files. An ID that nobody knows is no error: the family
 * comes from ID_LIKE, the package database or the directories of its network configuration, in that order, and is
 * `unknown` where none of them tells. Errors: `file-unreadable` where a release file could not be read and no other one
 * says who this is.
 */
export async function identify(files: Files): Promise<Result<Identified>> {
  const { release, evidence, problem } = await findRelease(files);
  if (release === null && problem !== null)
    return fail(problem.code, problem.place, problem.message, problem.advice);
  const family = await findFamily(files, release);
  const distro: Distro = {
    id: (release?.id ?? 'unknown').toLowerCase(),
    version: release?.version ?? '',
    family: family.family,
    pretty: release?.pretty ?? 'unknown',
  };
  return ok({ distro, evidence: [...evidence, family.evidence] });
}

interface FoundRelease {
  readonly release: Release | null;
  readonly evidence: readonly Evidence[];
  readonly problem: Problem | null;
}

const releaseFiles = [
  { path: '/etc/os-release', parse: parseOsRelease },
  { path: '/usr/lib/os-release', parse: parseOsRelease },
  ...oldReleaseFiles,
];

async function findRelease(files: Files): Promise<FoundRelease> {
  const evidence: Evidence[] = [];
  let problem: Problem | null = null;
  for (const { path, parse } of releaseFiles) {
    const text = await files.readText(path);
    if (!text.ok) {
      problem = text.problem;
      evidence.push({ what: path, found: describeProblem(text.problem), means: 'could not be asked' });
      continue;
    }
    const release = text.value === null ? null : parse(text.value);
    if (release === null) continue;
    const found = printable(`${release.id} ${release.version}`.trim());
    evidence.push({ what: path, found, means: `the distribution is ${printable(release.pretty)}` });
    return { release, evidence, problem };
  }
  evidence.push({ what: 'release files', found: 'none', means: 'the distribution does not say its name' });
  return { release: null, evidence, problem };
}

type Family = Distro['family'];

const relatives: Readonly<Record<string, Family>> = { suse: 'suse', linuxmint: 'debian', raspbian: 'debian' };

async function findFamily(
  files: Files,
  release: Release | null,
): Promise<{ readonly family: Family; readonly evidence: Evidence }> {
  const told = (family: Family, what: string, found: string): { family: Family; evidence: Evidence } => ({
    family,
    evidence: { what, found, means: family === 'unknown' ? 'unknown family' : `${family} family` },
  });
  const [dpkg, rpm] = await Promise.all([
    exists(files, ['/var/lib/dpkg/status']),
    exists(files, ['/var/lib/rpm', '/usr/lib/sysimage/rpm']),
  ]);
  // Kylin's desktop and server editions share one ID: the first is made of Debian packages.
  if (dpkg !== null && rpm === null) return told('debian', dpkg, 'present, no rpm database');
  const names = release === null ? [] : [release.id, ...release.like];
  for (const name of names) {
    const family = familyOfId(name.toLowerCase());
    if (family !== null) return told(family, 'os-release ID and ID_LIKE', printable(name));
  }
  const directories: readonly (readonly [string, Family])[] = [
    ['/etc/sysconfig/network-scripts', 'rhel'],
    ['/etc/sysconfig/network', 'suse'],
    ['/etc/network/interfaces', 'debian'],
  ];
  for (const [path, family] of directories) {
    const kind = await files.kind(path);
    const wanted = family === 'debian' ? 'file' : 'directory';
    if (kind.ok && kind.value === wanted) return told(family, path, 'present');
  }
  if (rpm !== null) return told('rhel', rpm, 'present, and nothing more special');
  return told('unknown', 'package databases and network directories', 'none known');
}

function familyOfId(id: string): Family | null {
  const row = systems.find((system) => Object.keys(system.names).includes(id));
  return row?.family ?? relatives[id] ?? null;
}

/** The first of the paths that is there. */
async function exists(files: Files, paths: readonly string[]): Promise<string | null> {
  for (const path of paths) {
    const kind = await files.kind(path);
    if (kind.ok && kind.value !== null) return path;
  }
  return null;
}
