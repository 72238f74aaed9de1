import type { Ports } from '../ports/ports.ts';

/** Milliseconds that a boot is held for udev at most. */
const patience = 2_000;

/** Milliseconds between two looks. */
const pause = 20;

/**
 * Waits until udev is done with every NIC that has a device behind it, so that its name is the one it keeps: only then udev
 * has a record /run/udev/data/n<ifindex> of it (sd_device_get_is_initialized(3)). Where systemd's udev does not run, and after
 * two seconds, the names are taken as they are.
 */
export async function untilNamed({ files, clock }: Pick<Ports, 'files' | 'clock'>): Promise<void> {
  const until = clock.monotonic() + patience;
  const records = await files.kind('/run/udev/data');
  if (!records.ok || records.value === null) return;
  while (!(await areNamed(files)) && clock.monotonic() < until) await clock.sleep(pause);
}

async function areNamed(files: Ports['files']): Promise<boolean> {
  const links = await files.list('/sys/class/net');
  if (!links.ok) return true;
  const named = await Promise.all((links.value ?? []).map(({ name }) => isNamed(files, name)));
  return !named.includes(false);
}

/** A link that vanishes under its name while it is looked at is being renamed. */
async function isNamed(files: Ports['files'], name: string): Promise<boolean> {
  const device = await files.kind(`/sys/class/net/${name}/device`);
  if (!device.ok || device.value === null) return true;
  const index = await files.readText(`/sys/class/net/${name}/ifindex`);
  if (!index.ok || index.value === null) return false;
  const record = await files.kind(`/run/udev/data/n${index.value.trim()}`);
  return !record.ok || record.value !== null;
}
