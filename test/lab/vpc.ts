import { closing, temporaryDirectory } from './cleanup.ts';
import { machineRoot } from './machine-root.ts';
import { type Metadata, startMetadata } from './metadata.ts';
import { metadataLeaves } from './metadata-tree.ts';
import { makeMachine, type Namespace } from './namespace.ts';
import type { Nic } from './nic.ts';
import { openstackDocuments } from './openstack-documents.ts';
import { makeInsidePeer, makeOutsidePeer, type Peer, peerMac } from './peer.ts';
import {
  addressLines,
  makeRouter,
  type Port,
  plugLines,
  unplugLines,
  vethLine,
  withoutAddressLines,
} from './router.ts';
import { host4, host6, prefix4, prefix6, type Subnet, subnet } from './subnet.ts';

export interface NicWish {
  /** Number of the subnet; the primary is in 0. */
  readonly subnet: number;
  /** The first host number of its addresses in that subnet, 1–199; by default one that is free. */
  readonly host?: number;
  /** How many private addresses of each family; default 1. */
  readonly count?: number;
  readonly ipv6?: boolean;
  /** Default true; false: IPv6 alone. */
  readonly ipv4?: boolean;
  /** How many delegated prefixes of each family that it has; default 0. */
  readonly prefixes?: number;
  /** Default: `eth` and the lowest number that is free. */
  readonly name?: string;
  /** Default: one of its own; given to attach an ENI again. */
  readonly mac?: string;
  /** VLANs are to be plugged in behind it; only a guest can. */
  readonly trunk?: boolean;
  /** A VLAN behind this NIC: the metadata knows nothing of it. */
  readonly vlan?: { readonly parent: Nic; readonly id: number };
}

/** What packets and tables are asked of: a server among its NICs and peers. */
export interface Inhabited {
  readonly router: Namespace;
  readonly server: Pick<Namespace, 'run'>;
  readonly primary: Nic;
  nics(): readonly Nic[];
  peers(): readonly Peer[];
}

/** How a kind of server takes an ENI. */
export interface Sockets<S> {
  readonly server: S;
  /** The line of `ip -batch` that makes the router's end of the cable. */
  cable(nic: Nic): string;
  /** Makes the link appear in the server; the router's side is ready. */
  insert(nic: Nic): Promise<void>;
  /** Makes the link vanish from the server, while the router's side is still there. */
  remove(nic: Nic): Promise<void>;
  /** Makes the primary usable, as the server's network service does at boot. */
  bringUpPrimary(primary: Nic): Promise<void>;
  close(): Promise<void>;
}

/** A VPC with one server in it. What the cloud does to the server is done by these functions. */
export interface Vpc<S extends Pick<Namespace, 'run'> = Namespace> extends Inhabited {
  readonly server: S;
  readonly metadata: Metadata;
  readonly outside: Peer;
  /** The NICs that are plugged in, the primary first. */
  nics(): readonly Nic[];
  /** The peers made so far: the one outside, then by subnet. */
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
  /** The server calls its NICs so from now on: names by MAC, as its kernel has them. */
  rename(names: ReadonlyMap<string, string>): void;
  /** Gives a NIC a further private address, in the VPC and in the metadata; the NIC as it is now comes back. */
  addAddress(nic: Nic, address: string): Promise<Nic>;
  removeAddress(nic: Nic, address: string): Promise<Nic>;
  /** Leads an address to a NIC that the metadata does not list (HaVip, VRRP), or no more. */
  addVirtual(nic: Nic, address: string): Promise<Nic>;
  removeVirtual(nic: Nic, address: string): Promise<Nic>;
  /** Configures the primary in the server as its network service would at boot. */
  bringUpPrimary(): Promise<void>;
  close(): Promise<void>;
}

export interface VpcWish {
  /** Private addresses of the primary; default 1. */
  readonly count?: number;
  readonly ipv6?: boolean;
  /** Default true; false: a server without IPv4. */
  readonly ipv4?: boolean;
  /** VLANs are to be plugged in behind the primary. */
  readonly trunk?: boolean;
  /** What OpenStack's service says of the NICs, by path; default: {@link openstackDocuments}. */
  readonly documents?: (nics: readonly Nic[]) => Readonly<Record<string, string>>;
}

/** A VPC whose server is a namespace with a root directory of its own. */
export function makeVpc(wish: VpcWish = {}): Promise<Vpc> {
  return makeVpcAround(namespaceSockets, wish);
}

async function namespaceSockets(router: Namespace): Promise<Sockets<Namespace>> {
  const server = await makeMachine('server', machineRoot(temporaryDirectory()));
  // Strict on the server too, as Red Hat's systems are set.
  await server.sysctl({ 'net/ipv4/conf/default/rp_filter': 1 });
  return {
    server,
    // It has its name before it moves: to the server it is born with it.
    cable: (nic) => vethLine(nic, nic.name),
    insert: (nic) => router.ip([`link set ${nic.name} netns ${server.pid}`]),
    // The server's end goes with the router's.
    remove: async () => {},
    bringUpPrimary: (primary) =>
      server.ip([
        'link set eth0 up',
        ...primary.ipv4.map((address) => `addr replace ${address}/24 dev eth0`),
        ...(primary.ipv4.length > 0 ? [`route replace default via ${primary.subnet.gateway4} dev eth0`] : []),
        ...primary.ipv6.map((address) => `-6 addr replace ${address}/64 dev eth0 nodad`),
        ...(primary.ipv6.length > 0
          ? [`-6 route replace default via ${primary.subnet.gateway6} dev eth0`]
          : []),
      ]),
    close: () => server.close(),
  };
}

/** A VPC around a server of any kind, which is up with its primary when this returns. */
export async function makeVpcAround<S extends Pick<Namespace, 'run'>>(
  makeSockets: (router: Namespace) => Promise<Sockets<S>>,
  wish: VpcWish = {},
): Promise<Vpc<S>> {
  const listed = new Map<string, Nic>();
  const plugged = new Map<string, Nic>();
  const inside = new Map<number, Promise<Peer>>();
  const peers: Peer[] = [];
  let made = 0;

  const router = await makeRouter();
  const sockets = await makeSockets(router);
  const metadata = await startMetadata(router);
  const outside = await makeOutsidePeer(router);
  peers.push(outside);
  const { documents = openstackDocuments, ...ofPrimary } = wish;
  const primary = plan({ subnet: 0, host: 10, name: 'eth0', ...ofPrimary });
  await list(primary);
  await plug(primary);
  await sockets.bringUpPrimary(primary);

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
      ipv4: nic.ipv4 === false ? [] : hosts.map((host) => host4(place, host)),
      ipv6: nic.ipv6 === true ? hosts.map((host) => host6(place, host)) : [],
      prefixes: Array.from({ length: nic.prefixes ?? 0 }, (_, index) => [
        ...(nic.ipv4 === false ? [] : [prefix4(place, index)]),
        ...(nic.ipv6 === true ? [prefix6(place, index)] : []),
      ]).flat(),
      ...(nic.trunk === true ? { trunk: true } : {}),
      ...(nic.vlan === undefined ? {} : { vlan: { port: nic.vlan.parent.port, id: nic.vlan.id } }),
    };
  }

  function freeName(): string {
    const taken = new Set([...listed.values(), ...plugged.values()].map((nic) => nic.name));
    let number = 0;
    while (taken.has(`eth${number}`)) number++;
    return `eth${number}`;
  }

  async function publish(): Promise<void> {
    const nics = [...listed.values()];
    await metadata.set({ leaves: metadataLeaves(nics), documents: documents(nics) });
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
    await router.ip([sockets.cable(nic), ...plugLines(nic, ports())]);
    await sockets.insert(nic);
    plugged.set(nic.mac, nic);
  }

  async function unplug(nic: Nic): Promise<void> {
    const now = plugged.get(nic.mac) ?? nic;
    plugged.delete(nic.mac);
    await sockets.remove(now);
    await router.ip(unplugLines(now, ports()));
  }

  async function lead(nic: Nic, lines: readonly string[]): Promise<Nic> {
    plugged.set(nic.mac, nic);
    await router.ip(lines);
    return nic;
  }

  async function change(nic: Nic, lines: readonly string[]): Promise<Nic> {
    if (plugged.has(nic.mac)) await lead(nic, lines);
    if (listed.has(nic.mac)) await list(nic);
    return nic;
  }

  return {
    router,
    server: sockets.server,
    metadata,
    outside,
    get primary() {
      return plugged.get(primary.mac) ?? primary;
    },
    nics: () => [...plugged.values()],
    peers: () => [...peers].sort((one, other) => rank(one) - rank(other)),
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
    rename(names) {
      for (const nics of [listed, plugged]) {
        for (const nic of nics.values()) nics.set(nic.mac, { ...nic, name: names.get(nic.mac) ?? nic.name });
      }
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
    addVirtual: (nic, address) =>
      lead(
        withAddresses(nic, (all) => [...all, address], address),
        addressLines(nic, address, ports()),
      ),
    removeVirtual: (nic, address) =>
      lead(
        withAddresses(nic, (all) => all.filter((one) => one !== address), address),
        withoutAddressLines(nic, address, ports()),
      ),
    bringUpPrimary: () => sockets.bringUpPrimary(primary),
    close: closing(async () => {
      metadata.close();
      await sockets.close();
      await Promise.all([...peers, router].map((namespace) => namespace.close()));
    }),
  };
}

function withAddresses(nic: Nic, edit: (all: readonly string[]) => readonly string[], address: string): Nic {
  return address.includes(':') ? { ...nic, ipv6: edit(nic.ipv6) } : { ...nic, ipv4: edit(nic.ipv4) };
}

function rank({ subnet }: Peer): number {
  return subnet?.number ?? -1;
}

function peerPort(peer: Peer, place: Subnet): Port {
  return { port: peer.port, mac: peerMac(place), subnet: place, ipv4: [peer.ipv4], ipv6: [peer.ipv6] };
}
