import type { ChildProcess } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import type { Namespace } from '../lab/namespace.ts';
import type { Nic } from '../lab/nic.ts';
import { accelerator } from './accelerator.ts';
import { hostKernel } from './kernel.ts';
import { say } from './progress.ts';
import { connectQemu, type QemuSocket } from './qemu-socket.ts';

/** A computer of qemu: what its owner can do to the metal. */
export interface Machine {
  /** Switches it on with these NICs in its slots, in this order; the kernel names them so. */
  start(nics: readonly Nic[]): Promise<void>;
  /** Pulls the plug: nothing that the kernel has not written reaches the disk. */
  cut(): Promise<void>;
  /** Resolves when it has switched itself off; throws after 90 s. */
  ended(): Promise<void>;
  /** Hot-plug over ACPI, as a cloud does it; resolves when qemu has it. */
  insert(nic: Nic): Promise<void>;
  /** Resolves when the kernel has let go of it. */
  remove(nic: Nic): Promise<void>;
  /** All that was written to the serial console since the last start. */
  console(): string;
  /** What qemu itself complained about. */
  complaints(): string;
}

/** What it is built of. */
export interface Parts {
  /** It boots the first. */
  readonly disks: readonly string[];
  /** Firmware tables, as -smbios takes them. */
  readonly firmware: readonly string[];
}

/**
 * Sockets and logs of the machine stand in `directory`; its NICs are taps of the router's
 * namespace.
 */
export function makeMachine(parts: Parts, router: Namespace, directory: string): Machine {
  const path = (name: string): string => `${directory}/${name}`;
  let process: ChildProcess | undefined;
  let monitor: QemuSocket | undefined;

  function running(): QemuSocket {
    if (monitor === undefined) throw new Error('the machine is switched off');
    return monitor;
  }

  function gone(): Promise<void> {
    const one = process;
    return new Promise((resolve) => {
      if (one === undefined || one.exitCode !== null || one.signalCode !== null) resolve();
      else one.once('exit', () => resolve());
    });
  }

  function forget(): void {
    monitor?.close();
    monitor = undefined;
    process = undefined;
    for (const name of ['monitor', 'agent']) rmSync(path(name), { force: true });
  }

  return {
    async start(nics) {
      const by = await accelerator();
      say(`booting with ${by}`);
      process = router.start(['sh', '-c', 'exec "$@" 2>"$0"', path('qemu'), ...qemu(parts, by, path, nics)]);
      monitor = await connectQemu(path('monitor'));
      await monitor.ask('qmp_capabilities');
    },
    async cut() {
      process?.kill('SIGKILL');
      await gone();
      forget();
    },
    async ended() {
      const late = new Promise<'late'>((resolve) => setTimeout(() => resolve('late'), 90_000).unref());
      if ((await Promise.race([gone(), late])) === 'late') throw new Error('it does not switch itself off');
      forget();
    },
    async insert(nic) {
      await running().ask('netdev_add', { id: nic.port, ...cable(nic, path) });
      await running().ask('device_add', {
        driver: 'virtio-net-pci',
        id: `d${nic.port}`,
        netdev: nic.port,
        mac: nic.mac,
      });
    },
    async remove(nic) {
      const seen = running().events().length;
      await running().ask('device_del', { id: `d${nic.port}` });
      await happened(running(), `the guest to let go of ${nic.name}`, seen, ({ event, data }) => {
        return event === 'DEVICE_DELETED' && (data as { device?: string }).device === `d${nic.port}`;
      });
      await running().ask('netdev_del', { id: nic.port });
    },
    console: () => readOr(path('console')),
    complaints: () => readOr(path('qemu')),
  };
}

/** The socket at which the trunk of a NIC waits, among those of the machine. */
export function trunkName(nic: Nic): string {
  return `trunk-${nic.port}`;
}

/** What a NIC is plugged into, as QMP takes it. */
function cable(nic: Nic, path: (name: string) => string): Readonly<Record<string, unknown>> {
  if (nic.trunk !== true) return { type: 'tap', ifname: nic.port, script: 'no', downscript: 'no' };
  return { type: 'stream', server: false, addr: { type: 'unix', path: path(trunkName(nic)) } };
}

/** The same as an option of the command line. */
function cableOption(nic: Nic, path: (name: string) => string): string {
  if (nic.trunk !== true) return `tap,id=${nic.port},ifname=${nic.port},script=no,downscript=no`;
  return `stream,id=${nic.port},server=off,addr.type=unix,addr.path=${path(trunkName(nic))}`;
}

function qemu(
  { disks, firmware }: Parts,
  by: string,
  path: (name: string) => string,
  nics: readonly Nic[],
): readonly string[] {
  const { image, initrd } = hostKernel();
  return [
    'qemu-system-x86_64',
    // One processor of an old kind is the cheapest to emulate: a host of two cores then serves two guests.
    ...['-machine', 'pc', '-accel', by, '-cpu', 'Nehalem', '-smp', '1', '-m', '768'],
    ...['-nodefaults', '-no-user-config', '-display', 'none', '-serial', `file:${path('console')}`],
    ...firmware.flatMap((table) => ['-smbios', table]),
    ...['-kernel', image, '-initrd', initrd],
    // norandmaps: a program that stands where it stood is not translated anew; a fifth of a boot less.
    ...['-append', 'console=ttyS0 root=/dev/vda rw quiet net.ifnames=0 norandmaps systemd.show_status=1'],
    // A reboot is a power cycle: emulation is several times slower in memory that held another boot's code.
    '-no-reboot',
    ...disks.flatMap((disk) => ['-drive', `file=${disk},format=raw,if=virtio,cache=unsafe`]),
    ...['-device', 'virtio-rng-pci'],
    ...nics.flatMap((nic) => [
      ...['-netdev', cableOption(nic, path)],
      ...['-device', `virtio-net-pci,id=d${nic.port},netdev=${nic.port},mac=${nic.mac}`],
    ]),
    ...['-qmp', `unix:${path('monitor')},server=on,wait=off`],
    ...['-chardev', `socket,id=agent,path=${path('agent')},server=on,wait=off`],
    ...['-device', 'virtio-serial-pci'],
    ...['-device', 'virtserialport,chardev=agent,name=org.qemu.guest_agent.0'],
  ];
}

/** Waits for an event of the machine after those `seen`, at most 90 s. */
async function happened(
  monitor: QemuSocket,
  what: string,
  seen: number,
  is: (event: Readonly<Record<string, unknown>>) => boolean,
): Promise<void> {
  const end = performance.now() + 90_000;
  while (!monitor.events().slice(seen).some(is)) {
    if (performance.now() > end) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function readOr(file: string): string {
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}
