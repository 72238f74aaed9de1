import type { ChildProcess } from 'node:child_process';
import { createServer, type Server, type Socket } from 'node:net';
import type { Namespace } from '../lab/namespace.ts';

/**
 * The cable of a NIC that carries VLANs: what has no tag goes by the NIC's own port of the router, what has one by the port
 * of that VLAN, without it. The kernel of the host may know no VLANs, so the tags are put on and taken off here: qemu
 * hands frames over a socket (`-netdev stream`, since 7.2), and a qemu without a machine stands between each port (a tap)
 * and here.
 */
export interface Trunk {
  /** The socket that the machine's NIC connects to. */
  readonly path: string;
  /** Connects a port of the router; `tag` null: what has none. */
  connect(tag: number | null, port: string): Promise<void>;
  disconnect(tag: number | null): Promise<void>;
  close(): Promise<void>;
}

/** 802.1Q: the type of a tag, and where it stands in a frame, behind the two addresses. */
const tagType = 0x8100;
const tagAt = 12;

export async function makeTrunk(router: Namespace, path: string): Promise<Trunk> {
  const ports = new Map<number | null, { readonly end: End; readonly bridge: ChildProcess }>();
  const nic = await makeEnd(path, (frame) => {
    const isTagged = frame.length > tagAt + 4 && frame.readUInt16BE(tagAt) === tagType;
    const tag = isTagged ? frame.readUInt16BE(tagAt + 2) & 0xfff : null;
    ports.get(tag)?.end.send(isTagged ? withoutTag(frame) : frame);
  });

  async function disconnect(tag: number | null): Promise<void> {
    const port = ports.get(tag);
    ports.delete(tag);
    if (port === undefined) return;
    const gone = new Promise((resolve) => port.bridge.once('exit', resolve));
    port.bridge.kill('SIGKILL');
    await gone;
    await port.end.close();
  }

  return {
    path,
    async connect(tag, port) {
      const socket = `${path}-${tag ?? 'own'}`;
      const end = await makeEnd(socket, (frame) => nic.send(tag === null ? frame : withTag(frame, tag)));
      const bridge = router.start(['qemu-system-x86_64', ...bridgeOptions(port, socket)]);
      ports.set(tag, { end, bridge });
      await end.connected();
    },
    disconnect,
    async close() {
      for (const tag of [...ports.keys()]) await disconnect(tag);
      await nic.close();
    },
  };
}

function withoutTag(frame: Buffer): Buffer {
  return Buffer.concat([frame.subarray(0, tagAt), frame.subarray(tagAt + 4)]);
}

function withTag(frame: Buffer, tag: number): Buffer {
  const mark = Buffer.alloc(4);
  mark.writeUInt16BE(tagType, 0);
  mark.writeUInt16BE(tag, 2);
  return Buffer.concat([frame.subarray(0, tagAt), mark, frame.subarray(tagAt)]);
}

function bridgeOptions(port: string, socket: string): readonly string[] {
  return [
    ...['-M', 'none', '-nodefaults', '-no-user-config', '-display', 'none'],
    ...['-netdev', `tap,id=tap,ifname=${port},script=no,downscript=no`],
    ...['-netdev', `stream,id=here,server=off,addr.type=unix,addr.path=${socket}`],
    ...['-netdev', 'hubport,id=one,hubid=0,netdev=tap', '-netdev', 'hubport,id=two,hubid=0,netdev=here'],
  ];
}

/** One end of a cable of qemu: frames with their length in front (32 bits, big-endian). */
interface End {
  send(frame: Buffer): void;
  /** Resolves as soon as qemu is there. */
  connected(): Promise<void>;
  close(): Promise<void>;
}

async function makeEnd(path: string, take: (frame: Buffer) => void): Promise<End> {
  let current: Socket | undefined;
  let told: () => void = () => {};
  const first = new Promise<void>((resolve) => {
    told = resolve;
  });
  const server: Server = createServer((socket) => {
    current = socket;
    told();
    let left: Buffer = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => {
      left = left.length === 0 ? chunk : Buffer.concat([left, chunk]);
      while (left.length >= 4 && left.length >= 4 + left.readUInt32BE(0)) {
        const end = 4 + left.readUInt32BE(0);
        take(left.subarray(4, end));
        left = left.subarray(end);
      }
    });
    // A machine that is switched off lets go of its cable; the next one takes it up.
    socket.on('error', () => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return {
    send(frame) {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(frame.length, 0);
      if (current?.writable === true) current.write(Buffer.concat([length, frame]));
    },
    connected: () => first,
    async close() {
      current?.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
