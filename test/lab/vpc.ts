import { closing, temporaryDirectory } from './cleanup.ts';
import { machineRoot } from './machine-root.ts';
import { type Metadata, startMetadata } from './metadata.ts';
import { metadataLeaves } from './metadata-tree.ts';
import { makeMachine, type Namespace } from './namespace.ts';
import type { Nic } from './nic.ts';
import { makeInsidePeer, makeOutsidePeer, type Peer, peerMac } from './peer.ts';
import {
  addressLines,
  makeRouter,
  type Port,
  plugLines,
  unplugLines,
  withoutAddressLines,
} from './router.ts';
import { host4, host6, type Subnet, subnet } from './subnet.ts';

export interface NicWish {
  /** Number of the subnet; the primary is in 0. */
  readonly subnet: number;
  /** The first host number of its addresses in that subnet, 1–199; by default one that is free. */
  readonly host?: number;
  /** How many private addresses of each family; default 1. */
  readonly count?: number;
  readonly ipv6?: boolean;
  /** Default: `eth` and the lowest number that is free. */
  readonly name?: string;
  /** Default: one of its own; given to attach an ENI again. */
  readonly mac?: string;
}

/** A VPC with one server in it. What the cloud does to the server is done by these functions. */
export interface Vpc {
  readonly router: Namespace;
  readonly server: Namespace;
  readonly metadata: Metadata;
  readonly outside: Peer;
  readonly primary: Nic;
  /** The NICs that are plugged in, the primary first. */
  nics(): readonly Nic[];
  /** The peers made so far, the one outside first. */
  peers(): readonly Peer[];
  /** The peer inside a subnet, made when first asked for. */
  peer(number: number): Promise<Peer>;
  /** Plans an ENI: nothing happens yet. */
  plan(wish: NicWish): Nic;
  /** Lists it in the metadata, or no more. */
  list(nic: Nic): Promise<void>;
  unlist(nic: Nic): Promise<void>;
  /** Makes the link appear in the server, the very last of what is done; or vanish. */
  plug(nic: Nic): Promise<void>;
  unplug(nic: Nic): Promise<void>;
  /** Plan, list and plug. */
  attach(wish: NicWish): Promise<Nic>;
  /** Unlist and unplug. */
  detach(nic: Nic): Promise<void>;
  /** Gives a NIC a further private address, in the VPC and in the metadata; the NIC as it is now comes back. */
  addAddress(nic: Nic, address: string): Promise<Nic>;
  removeAddress(nic: Nic, address: string): Promise<Nic>;
  /** Configures the primary in the server as its network service would at boot. */
  bringUpPrimary(): Promise<void>;
  close(): Promise<void>;
}

export interface VpcWish {
  /** Private addresses of the primary; default 1. */
  readonly count?: number;
  readonly ipv6?: boolean;
}

export async function makeVpc(wish: VpcWish = {}): Promise<Vpc> {
  const listed = new Map<string, Nic>();
  const plugged = new Map<string, Nic>();
  const inside = new Map<number, Promise<Peer>>();
  const peers: Peer[] = [];
  let made = 0;

  const directory = temporaryDirectory();
  const [router, server] = await Promise.all([makeRouter(), makeMachine('server', machineRoot(directory))]);
  // Strict on the server too, as Red Hat's systems are set.
  await server.sysctl({ 'net/ipv4/conf/default/rp_filter': 1 });
  const metadata = await startMetadata(router);
  const outside = await makeOutsidePeer(router);
  peers.push(outside);
  const primary = plan({ subnet: 0, host: 10, name: 'eth0', ...wish });
  await list(primary);
  await plug(primary);
  await bringUpPrimary();

  function ports(): readonly Port[] {
    const peerPorts = peers.flatMap((peer) => (peer.subnet === null ? [] : [peerPort(peer, peer.subnet)]));
    return [...plugged.values(), ...peerPorts];
  }

  function plan(nic: NicWish): Nic {
    const place = subnet(nic.subnet);
    const number = made++;
    const first = nic.host ?? 20 + number * 10;
    const hosts = Array.from({ length: nic.count ?? 1 }, (_, index) => first + index);
    return {
      port: `n${number}`,
      name: nic.name ?? freeName(),
      mac: nic.mac ?? `00:16:3e:00:00:${number.toString(16).padStart(2, '0')}`,
      id: `eni-lab${number}`,
      primary: number === 0,
      subnet: place,
      ipv4: hosts.map((host) => host4(place, host)),
      ipv6: nic.ipv6 === true ? hosts.map((host) => host6(place, host)) : [],
    };
  }

  function freeName(): string {
    const taken = new Set([...listed.values(), ...plugged.values()].map((nic) => nic.name));
    let number = 0;
    while (taken.has(`eth${number}`)) number++;
    return `eth${number}`;
  }

  async function publish(): Promise<void> {
    await metadata.set({ leaves: metadataLeaves([...listed.values()]) });
  }

  async function list(nic: Nic): Promise<void> {
    listed.set(nic.mac, nic);
    await publish();
  }

  async function unlist(nic: Nic): Promise<void> {
    listed.delete(nic.mac);
    await publish();
  }

  async function plug(nic: Nic): Promise<void> {
    // It has its name before it moves: to the server it is born with it.
    await router.ip([...plugLines(nic, nic.name, ports()), `link set ${nic.name} netns ${server.pid}`]);
    plugged.set(nic.mac, nic);
  }

  async function unplug(nic: Nic): Promise<void> {
    const now = plugged.get(nic.mac) ?? nic;
    plugged.delete(nic.mac);
    await router.ip(unplugLines(now, ports()));
  }

  async function change(nic: Nic, lines: readonly string[]): Promise<Nic> {
    if (plugged.has(nic.mac)) {
      plugged.set(nic.mac, nic);
      await router.ip(lines);
    }
    if (listed.has(nic.mac)) await list(nic);
    return nic;
  }

  async function bringUpPrimary(): Promise<void> {
    await server.ip([
      'link set eth0 up',
      ...primary.ipv4.map((address) => `addr replace ${address}/24 dev eth0`),
      `route replace default via ${primary.subnet.gateway4} dev eth0`,
      ...primary.ipv6.map((address) => `-6 addr replace ${address}/64 dev eth0 nodad`),
      ...(primary.ipv6.length > 0
        ? [`-6 route replace default via ${primary.subnet.gateway6} dev eth0`]
        : []),
    ]);
  }

  return {
    router,
    server,
    metadata,
    outside,
    primary,
    nics: () => [...plugged.values()],
    peers: () => peers,
    peer(number) {
      const known = inside.get(number);
      if (known !== undefined) return known;
      const peer = makeInsidePeer(router, subnet(number), ports()).then((one) => {
        peers.push(one);
        return one;
      });
      inside.set(number, peer);
      return peer;
    },
    plan,
    list,
    unlist,
    plug,
    unplug,
    async attach(nicWish) {
      const nic = plan(nicWish);
      await list(nic);
      await plug(nic);
      return nic;
    },
    async detach(nic) {
      await unlist(nic);
      await unplug(nic);
    },
    addAddress: (nic, address) =>
      change(
        withAddresses(nic, (all) => [...all, address], address),
        addressLines(nic, address, ports()),
      ),
    removeAddress: (nic, address) =>
      change(
        withAddresses(nic, (all) => all.filter((one) => one !== address), address),
        withoutAddressLines(nic, address, ports()),
      ),
    bringUpPrimary,
    close: closing(async () => {
      metadata.close();
      await Promise.all([...peers, server, router].map((namespace) => namespace.close()));
    }),
  };
}

function withAddresses(nic: Nic, edit: (all: readonly string[]) => readonly string[], address: string): Nic {
  return address.includes(':') ? { ...nic, ipv6: edit(nic.ipv6) } : { ...nic, ipv4: edit(nic.ipv4) };
}

function peerPort(peer: Peer, place: Subnet): Port {
  return { port: peer.port, mac: peerMac(place), subnet: place, ipv4: [peer.ipv4], ipv6: [peer.ipv6] };
}
