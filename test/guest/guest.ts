import type { ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryDirectory } from '../lab/cleanup.ts';
import type { Namespace } from '../lab/namespace.ts';
import type { Nic } from '../lab/nic.ts';
import type { Ran } from '../lab/run.ts';
import type { Sockets } from '../lab/vpc.ts';
import { accelerator } from './accelerator.ts';
import { makeAgent } from './agent.ts';
import { type Dhcp, type DhcpWish, startDhcp } from './dhcp.ts';
import { hostKernel } from './kernel.ts';
import { say } from './progress.ts';
import { connectQemu, type QemuSocket } from './qemu-socket.ts';

/** A virtual machine that boots a disk, with the primary in its first slot. */
export interface Guest {
  run(argv: readonly string[], input?: string, timeout?: number): Promise<Ran>;
  /** Runs a script (POSIX sh) that has to succeed; gives its output. */
  must(script: string, timeout?: number): Promise<string>;
  /** Boots again, as `reboot` does, and waits until it is up (systemd has no job left). */
  reboot(): Promise<void>;
  /** The DHCP service of a NIC: as it is now, or changed; null switches it off. Also for a NIC not yet plugged in. */
  dhcp(nic: Nic, wish: DhcpWish | null): Promise<void>;
  dhcpLog(nic: Nic): string;
  /** All that was written to the serial console. */
  console(): string;
}

/** Milliseconds that a boot may take: software emulation is slow. */
const bootDeadline = 240_000;

/** What takes ENIs in a VPC whose server is a guest. The guest boots when its primary is inserted. */
export function guestSockets(disk: string): (router: Namespace) => Promise<Sockets<Guest>> {
  return (router) => Promise.resolve(socketsOf(disk, router));
}

function socketsOf(disk: string, router: Namespace): Sockets<Guest> {
  const directory = temporaryDirectory();
  const path = (name: string): string => join(directory, name);
  const agent = makeAgent(path('agent'));
  const services = new Map<string, Dhcp>();
  const wishes = new Map<string, DhcpWish | null>();
  let machine: ChildProcess | undefined;
  let monitor: QemuSocket | undefined;

  async function boot(primary: Nic): Promise<void> {
    const by = await accelerator();
    say(`booting with ${by}`);
    machine = router.start(['sh', '-c', 'exec "$@" 2>"$0"', path('qemu'), ...qemu(disk, by, path, primary)]);
    monitor = await connectQemu(path('monitor'));
    await monitor.ask('qmp_capabilities');
    await up();
  }

  async function up(): Promise<void> {
    const begun = performance.now();
    try {
      await agent.ready(bootDeadline);
    } catch (error) {
      throw new Error(`${String(error)}\n${readOr(path('qemu'))}${consoleText().slice(-4000)}`);
    }
    await agent.run(['systemctl', 'is-system-running', '--wait'], '', bootDeadline);
    say(`up after ${((performance.now() - begun) / 1000).toFixed(1)} s`);
  }

  const consoleText = (): string => readOr(path('console'));

  async function dhcp(nic: Nic, wish: DhcpWish | null): Promise<void> {
    wishes.set(nic.mac, wish);
    const running = services.get(nic.mac);
    if (running === undefined) return;
    await running.stop();
    services.set(nic.mac, wish === null ? noDhcp : startDhcp(router, nic, wish));
  }

  const guest: Guest = {
    run: agent.run,
    async must(script, timeout) {
      const ran = await agent.run(['sh', '-ec', script], '', timeout);
      if (ran.code === 0) return ran.stdout;
      throw new Error(`in the guest: ${script}: exit ${ran.code}\n${ran.stderr}${ran.stdout}`);
    },
    async reboot() {
      say('rebooting');
      if (monitor === undefined) throw new Error('the guest does not run');
      const seen = monitor.events().length;
      // The agent may be stopped before it has told how this ended.
      await agent.run(['systemctl', 'reboot', '--no-block'], '', 5000).catch(() => {});
      await happened(monitor, 'the guest to reset', seen, ({ event }) => event === 'RESET');
      await up();
    },
    dhcp,
    dhcpLog: (nic) => services.get(nic.mac)?.log() ?? '',
    console: consoleText,
  };

  return {
    server: guest,
    cable: (nic) => `tuntap add dev ${nic.port} mode tap`,
    async insert(nic) {
      const wish = wishes.get(nic.mac);
      services.set(nic.mac, wish === null ? noDhcp : startDhcp(router, nic, wish));
      if (monitor === undefined) return boot(nic);
      await monitor.ask('netdev_add', {
        type: 'tap',
        id: nic.port,
        ifname: nic.port,
        script: 'no',
        downscript: 'no',
      });
      await monitor.ask('device_add', {
        driver: 'virtio-net-pci',
        id: `d${nic.port}`,
        netdev: nic.port,
        mac: nic.mac,
      });
    },
    async remove(nic) {
      if (monitor === undefined) return;
      const seen = monitor.events().length;
      await monitor.ask('device_del', { id: `d${nic.port}` });
      const isGone = (data: unknown): boolean => (data as { device?: string }).device === `d${nic.port}`;
      const what = `the guest to let go of ${nic.name}`;
      await happened(monitor, what, seen, ({ event, data }) => event === 'DEVICE_DELETED' && isGone(data));
      await monitor.ask('netdev_del', { id: nic.port });
      await services.get(nic.mac)?.stop();
      services.delete(nic.mac);
    },
    // Its own service has done it.
    bringUpPrimary: () => Promise.resolve(),
    async close() {
      agent.close();
      monitor?.close();
      const ended = new Promise<void>((resolve) => {
        if (machine === undefined || machine.exitCode !== null) resolve();
        else machine.once('exit', () => resolve());
      });
      machine?.kill('SIGKILL');
      await ended;
      for (const service of services.values()) await service.stop();
    },
  };
}

const noDhcp: Dhcp = { log: () => '', stop: () => Promise.resolve() };

function qemu(
  disk: string,
  accelerator: string,
  path: (name: string) => string,
  primary: Nic,
): readonly string[] {
  const { image, initrd } = hostKernel();
  return [
    'qemu-system-x86_64',
    ...['-machine', 'pc', '-accel', accelerator, '-cpu', 'max', '-smp', '2', '-m', '768'],
    ...['-nodefaults', '-no-user-config', '-display', 'none', '-serial', `file:${path('console')}`],
    ...['-smbios', 'type=1,manufacturer=Alibaba Cloud,product=Alibaba Cloud ECS'],
    ...['-kernel', image, '-initrd', initrd],
    ...['-append', 'console=ttyS0 root=/dev/vda rw quiet net.ifnames=0 systemd.show_status=1'],
    ...['-drive', `file=${disk},format=raw,if=virtio,snapshot=on`],
    ...['-device', 'virtio-rng-pci'],
    ...['-netdev', `tap,id=${primary.port},ifname=${primary.port},script=no,downscript=no`],
    ...['-device', `virtio-net-pci,id=d${primary.port},netdev=${primary.port},mac=${primary.mac}`],
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
