import { printable } from '../model/mac.ts';
import { fail, ok, type Result } from '../model/problem.ts';
import type { Distro, FormatId, Stack, StackId } from '../model/stack.ts';
import { formatsOf } from './formats.ts';
import { nearest } from './nearest.ts';
import type { System } from './system.ts';
import { findSystem, knownSystems } from './systems.ts';
import { firstVersion } from './versions.ts';

/**
 * What to assume of a distribution that is not here to be asked: `os` is `ID:VERSION` as in os-release, the ID in any
 * case (`ubuntu:22.04`, `openEuler:22.03`, `kylin:V10`). Without `stack` the one that the vendor's page names.
 * Errors: `usage`, naming the versions of a known ID, or the five nearest of what is known.
 */
export function assumedStack(
  os: string,
  stack?: StackId,
): Result<{ readonly distro: Distro; readonly stack: Stack }> {
  const [written = '', version = '', ...rest] = os.trim().split(':');
  const id = written.toLowerCase();
  const number = firstVersion(version);
  const system = rest.length === 0 && number !== null ? findSystem(id, number) : null;
  if (system === null) return unknownSystem(os);
  const name = system.names[id] ?? id;
  return ok({
    distro: { id, version, family: system.family, pretty: `${name} ${version}` },
    stack: stackOn(system, stack ?? system.stack),
  });
}

function unknownSystem(os: string): ReturnType<typeof fail> {
  const wanted = os.trim().toLowerCase();
  const all = knownSystems.map((system) => system.os);
  const versions = all.filter((known) => known.startsWith(`${wanted}:`));
  if (versions.length > 0) {
    return fail(
      'usage',
      '--os',
      `"${printable(os)}" has no version`,
      `give a version: ${versions.join(', ')}`,
    );
  }
  const known = nearest(wanted, all).slice(0, 5).join(' ');
  return fail(
    'usage',
    '--os',
    `"${printable(os)}" is not a known distribution`,
    `known, nearest first: ${known}`,
  );
}

function stackOn(system: System, id: StackId): Stack {
  const scripts = id === 'network-scripts' || id === 'ifupdown' || id === 'sysconfig';
  return {
    id,
    format: formatOn(system, id),
    renderer: id === 'netplan' ? 'networkd' : null,
    init: system.init,
    versions: system.ships,
    dhcpClient: scripts ? system.dhcpClient : id === 'none' ? null : 'internal',
    include: id === 'ifupdown' ? (system.include ?? 'any-name') : null,
    networkScripts: system.networkScripts || id === 'network-scripts',
  };
}

function formatOn(system: System, id: StackId): FormatId {
  return id === 'networkmanager' ? system.profiles : formatsOf[id][0];
}
