import type { Evidence, Stack, StackId } from '../model/stack.ts';
import type { Files } from '../ports/files.ts';

type Client = Exclude<Stack['dhcpClient'], 'internal' | null>;

/** In the order in which ifupdown looks for them (0.8.41, inet.defn). */
const clients: readonly { readonly client: Client; readonly pids: readonly string[] }[] = [
  {
    client: 'dhclient',
    pids: ['/run/dhclient.NAME.pid', '/run/dhclient-NAME.pid', '/var/run/dhclient-NAME.pid'],
  },
  { client: 'udhcpc', pids: ['/run/udhcpc.NAME.pid'] },
  {
    client: 'dhcpcd',
    pids: [
      '/run/dhcpcd/NAME.pid',
      '/run/dhcpcd/NAME-4.pid',
      '/run/dhcpcd-NAME.pid',
      '/var/run/dhcpcd-NAME.pid',
      '/run/dhcpcd/pid',
    ],
  },
];

/**
 * The DHCP client that a stack of scripts starts: the one that runs for the primary, else the first that is installed.
 * Stacks that bring their own have `internal`.
 */
export async function findDhcpClient(
  files: Files,
  stack: StackId,
  primary: string | null,
): Promise<{ readonly client: Stack['dhcpClient']; readonly evidence: readonly Evidence[] }> {
  if (stack === 'none') return { client: null, evidence: [] };
  if (stack !== 'ifupdown' && stack !== 'network-scripts' && stack !== 'sysconfig')
    return { client: 'internal', evidence: [] };
  const running = await firstThere(
    files,
    primary === null
      ? []
      : clients.flatMap(({ client, pids }) =>
          pids.map((path) => ({ client, path: path.replace('NAME', primary) })),
        ),
  );
  const found =
    running ??
    (await firstThere(
      files,
      clients.flatMap(({ client }) =>
        ['/sbin', '/usr/sbin'].map((directory) => ({ client, path: `${directory}/${client}` })),
      ),
    ));
  if (found === null)
    return {
      client: null,
      evidence: [{ what: 'DHCP clients', found: 'none', means: 'static addresses only' }],
    };
  const means = running === null ? `${found.client} is installed` : `${found.client} runs for the primary`;
  return { client: found.client, evidence: [{ what: found.path, found: 'present', means }] };
}

interface Trace {
  readonly client: Client;
  readonly path: string;
}

async function firstThere(files: Files, traces: readonly Trace[]): Promise<Trace | null> {
  const kinds = await Promise.all(traces.map(({ path }) => files.kind(path)));
  return (
    traces.find((_, index) => {
      const kind = kinds[index];
      return kind?.ok === true && kind.value !== null;
    }) ?? null
  );
}
