import type { Result } from '../model/problem.ts';
import type { Stack } from '../model/stack.ts';
import type { Files } from '../ports/files.ts';
import { anyOf, mapFact } from './facts.ts';
import type { Nic } from './nic-pattern.ts';

/**
 * What runs as PID 1: systemd where its directory is there (sd_booted(3)), upstart where it starts the network itself
 * (Ubuntu 14.04; CentOS 6 has upstart too, but only to run its SysV scripts), else SysV where it has scripts.
 */
export async function findInit(files: Files): Promise<Stack['init']> {
  const is = async (...paths: readonly string[]): Promise<boolean> => {
    const found = await present(files, ...paths);
    return found.ok && found.value;
  };
  if (await is('/run/systemd/system')) return 'systemd';
  if (await is('/etc/init/networking.conf')) return 'upstart';
  return (await is('/etc/init.d/network', '/etc/init.d/networking', '/etc/rc.d/init.d/network'))
    ? 'sysv'
    : 'none';
}

/** True where PID 1 is in the network namespace of this process, or may not be asked. */
export async function sharesNamespace(files: Files): Promise<boolean> {
  const [first, own] = await Promise.all([
    files.linkTarget('/proc/1/ns/net'),
    files.linkTarget('/proc/self/ns/net'),
  ]);
  const inode = (target: Result<string | null>): string | null =>
    target.ok ? (/net:\[(\d+)\]/.exec(target.value ?? '')?.[1] ?? null) : null;
  return inode(first) === null || inode(own) === null || inode(first) === inode(own);
}

/** The NIC as configuration files may name it. */
export async function describeNic(files: Files, name: string | null): Promise<Nic | null> {
  if (name === null) return null;
  const [address, driver] = await Promise.all([
    files.readText(`/sys/class/net/${name}/address`),
    files.linkTarget(`/sys/class/net/${name}/device/driver`),
  ]);
  return {
    name,
    mac: address.ok && address.value !== null ? address.value.trim().toLowerCase() : null,
    driver: driver.ok && driver.value !== null ? (driver.value.split('/').pop() ?? null) : null,
  };
}

/** True where one of the paths is there. */
export async function present(files: Files, ...paths: readonly string[]): Promise<Result<boolean>> {
  const kinds = await Promise.all(paths.map((path) => files.kind(path)));
  return anyOf(...kinds.map((kind) => mapFact(kind, (value) => value !== null)));
}
