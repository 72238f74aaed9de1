import { writeFileSync } from 'node:fs';
import { temporaryDirectory } from '../lab/cleanup.ts';
import type { Namespace } from '../lab/namespace.ts';
import type { Nic } from '../lab/nic.ts';
import type { Ran } from '../lab/run.ts';
import type { Sockets } from '../lab/vpc.ts';
import { makeAgent } from './agent.ts';
import { type Dhcp, type DhcpWish, startDhcp } from './dhcp.ts';
import { makeMachine, trunkName } from './machine.ts';
import { say } from './progress.ts';
import { makeTrunk, type Trunk } from './trunk.ts';

/** A virtual machine that boots a disk. */
export interface Guest {
  run(argv: readonly string[], input?: string, timeout?: number): Promise<Ran>;
  /** A file's text; null where there is none. */
  read(path: string): Promise<string | null>;
  /** Runs a script (POSIX sh) that has to succeed; gives its output. */
  must(script: string, timeout?: number): Promise<string>;
  /**
   * Shuts it down and boots it again, until it is up (systemd has no job left). The NICs that are plugged in stand in
   * their slots in the order given, by default that in which they came: the kernel's names follow it.
   */
  reboot(order?: readonly Nic[]): Promise<void>;
  /** The same without shutting it down: the power fails. */
  powerCycle(): Promise<void>;
  /** The DHCP service of a NIC: as it is now, or changed; null switches it off. Also for a NIC not yet plugged in. */
  dhcp(nic: Nic, wish: DhcpWish | null): Promise<void>;
  dhcpLog(nic: Nic): string;
  /** All that was written to the serial console. */
  console(): string;
}

/** Milliseconds that a boot may take: software emulation is slow. */
const bootDeadline = 240_000;

/** What takes ENIs in a VPC whose server is a guest. The guest boots when its primary is inserted. */
export function guestSockets(
  disk: string,
  drive: Buffer | null,
  firmware: readonly string[],
): (router: Namespace) => Promise<Sockets<Guest>> {
  return (router) => Promise.resolve(socketsOf(disk, drive, firmware, router));
}

function socketsOf(
  disk: string,
  drive: Buffer | null,
  firmware: readonly string[],
  router: Namespace,
): Sockets<Guest> {
  const directory = temporaryDirectory();
  const second = `${directory}/drive.img`;
  if (drive !== null) writeFileSync(second, drive);
  const disks = drive === null ? [disk] : [disk, second];
  const machine = makeMachine({ disks, firmware }, router, directory);
  const agent = makeAgent(`${directory}/agent`);
  const services = new Map<string, Dhcp>();
  const wishes = new Map<string, DhcpWish | null>();
  const plugged: Nic[] = [];
  const trunks = new Map<string, Trunk>();

  /** Lays the cable of a NIC that carries VLANs, or plugs a VLAN into that of its parent. */
  async function lay(nic: Nic): Promise<void> {
    if (nic.vlan !== undefined) await trunkOf(nic.vlan.port).connect(nic.vlan.id, nic.port);
    if (nic.trunk !== true) return;
    const trunk = await makeTrunk(router, `${directory}/${trunkName(nic)}`);
    trunks.set(nic.port, trunk);
    await trunk.connect(null, nic.port);
  }

  function trunkOf(port: string): Trunk {
    const trunk = trunks.get(port);
    if (trunk === undefined) throw new Error(`${port} carries no VLANs`);
    return trunk;
  }

  async function boot(nics: readonly Nic[]): Promise<void> {
    const begun = performance.now();
    agent.close();
    await machine.start(nics);
    try {
      await agent.ready(bootDeadline);
    } catch (error) {
      throw new Error(`${String(error)}\n${machine.complaints()}${machine.console().slice(-4000)}`);
    }
    await agent.run(['systemctl', 'is-system-running', '--wait'], '', bootDeadline);
    say(`up after ${((performance.now() - begun) / 1000).toFixed(1)} s`);
  }

  function serve(nic: Nic): void {
    const wish = wishes.get(nic.mac);
    services.set(nic.mac, wish === null ? noDhcp : startDhcp(router, nic, wish));
  }

  async function renew(nic: Nic): Promise<void> {
    await services.get(nic.mac)?.stop();
    serve(nic);
  }

  const guest: Guest = {
    run: agent.run,
    read: agent.read,
    async must(script, timeout) {
      const ran = await agent.run(['sh', '-ec', script], '', timeout);
      if (ran.code === 0) return ran.stdout;
      throw new Error(`in the guest: ${script}: exit ${ran.code}\n${ran.stderr}${ran.stdout}`);
    },
    async reboot(order = plugged) {
      say('rebooting');
      // The agent may be stopped before it has told how this ended.
      await agent.run(['systemctl', 'poweroff', '--no-block'], '', 5000).catch(() => {});
      await machine.ended();
      // Under another name a client is another one to dnsmasq, which keeps an IPv6 address for the former; no cloud does.
      if (order !== plugged) for (const nic of plugged) await renew(nic);
      await boot(order);
    },
    async powerCycle() {
      say('the power fails');
      await machine.cut();
      await boot(plugged);
    },
    async dhcp(nic, wish) {
      wishes.set(nic.mac, wish);
      if (services.has(nic.mac)) await renew(nic);
    },
    dhcpLog: (nic) => services.get(nic.mac)?.log() ?? '',
    console: machine.console,
  };

  return {
    server: guest,
    cable: (nic) => `tuntap add dev ${nic.port} mode tap`,
    async insert(nic) {
      await lay(nic);
      serve(nic);
      if (nic.vlan !== undefined) return;
      plugged.push(nic);
      if (plugged.length === 1) await boot(plugged);
      else await machine.insert(nic);
    },
    async remove(nic) {
      if (nic.vlan !== undefined) await trunkOf(nic.vlan.port).disconnect(nic.vlan.id);
      else await machine.remove(nic);
      const at = plugged.findIndex(({ port }) => port === nic.port);
      if (at >= 0) plugged.splice(at, 1);
      await trunks.get(nic.port)?.close();
      trunks.delete(nic.port);
      await services.get(nic.mac)?.stop();
      services.delete(nic.mac);
    },
    // Its own service has done it.
    bringUpPrimary: () => Promise.resolve(),
    async close() {
      agent.close();
      await machine.cut();
      for (const trunk of trunks.values()) await trunk.close();
      for (const service of services.values()) await service.stop();
    },
  };
}

const noDhcp: Dhcp = { log: () => '', stop: () => Promise.resolve() };
