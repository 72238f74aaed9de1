import { printable } from '../../model/mac.ts';
import { fail, ok, type Result } from '../../model/problem.ts';
import type { FetchContext, Raw } from '../provider.ts';
import { documents, readDocument } from './documents.ts';
import { mountPointOf } from './mounts.ts';

/** The label of the drive, in either case (nova, user/metadata.rst); udev makes a link of it. */
const labels: readonly string[] = ['config-2', 'CONFIG-2'];
const byLabel = '/dev/disk/by-label';
const directory = 'openstack/latest';

/** Bytes read of a document, as of an answer of the service. */
const limit = 1024 * 1024;

/**
 * Prints both documents, a NUL between them. The drive is mounted in a mount namespace of this script alone: nobody else
 * sees it, it hides nothing from anybody, and the kernel takes it away with the script, however that ends. Only the
 * file systems that nova makes are tried, since mounting one with a journal would write to it. The namespace is cut off
 * first, which util-linux before 2.27 (unshare(1)) does not do by itself.
 */
const script = `
mount --make-rslave / || exit
mount -t iso9660,vfat -o ro,nosuid,nodev,noexec "$1" /mnt || exit
cd /mnt/${directory} || exit
head -c ${limit + 1} ${documents.network} || exit
printf '\\000'
test ! -e ${documents.instance} || head -c ${limit + 1} ${documents.instance}`;

export interface ConfigDrive {
  /**
   * What the drive says; null where there is none. Read once: it is as old as the boot. Errors: `metadata-unreachable`
   * (the drive cannot be read), `metadata-too-large`, `metadata-empty`, `metadata-malformed`.
   */
  read(): Promise<Result<Raw> | null>;
}

export function openConfigDrive(context: FetchContext): ConfigDrive {
  let known: Result<Raw> | null = null;
  return {
    async read() {
      if (known !== null) return known;
      const device = await findDevice(context);
      if (device === null) return null;
      const read = await readDrive(context, device);
      if (read.ok) known = read;
      return read;
    },
  };
}

async function findDevice({ files }: FetchContext): Promise<string | null> {
  for (const label of labels) {
    const target = await files.linkTarget(`${byLabel}/${label}`);
    if (target.ok && target.value !== null) return target.value;
  }
  return null;
}

interface Texts {
  readonly network: string;
  /** Null: the drive has no such file. */
  readonly instance: string | null;
}

async function readDrive(context: FetchContext, device: string): Promise<Result<Raw>> {
  const mounted = await mountPointOf(context.files, device);
  const texts = mounted === null ? await readUnmounted(context, device) : await readMounted(context, mounted);
  if (!texts.ok) return texts;
  const source = `${mounted ?? device} ${directory}`;
  const { network, instance } = texts.value;
  if (Math.max(network.length, instance?.length ?? 0) > limit)
    return fail('metadata-too-large', source, `a document is longer than ${limit} bytes`);
  const networkData = readDocument(network, `${source}/${documents.network}`);
  if (!networkData.ok) return networkData;
  const metaData = instance === null ? ok(null) : readDocument(instance, `${source}/${documents.instance}`);
  if (!metaData.ok) return metaData;
  const tree = { asOf: 'boot', [documents.network]: networkData.value, [documents.instance]: metaData.value };
  return ok({ source, tree });
}

async function readMounted({ files }: FetchContext, mountPoint: string): Promise<Result<Texts>> {
  const [network, instance] = await Promise.all(
    [documents.network, documents.instance].map((name) =>
      files.readText(`${mountPoint}/${directory}/${name}`),
    ),
  );
  if (network?.ok !== true) return unreadable(mountPoint, network?.problem.message ?? '');
  if (network.value === null) return unreadable(mountPoint, `it has no ${directory}/${documents.network}`);
  if (instance?.ok !== true) return unreadable(mountPoint, instance?.problem.message ?? '');
  return ok({ network: network.value, instance: instance.value });
}

async function readUnmounted({ exec }: FetchContext, device: string): Promise<Result<Texts>> {
  const ran = await exec.run(['unshare', '--mount', 'sh', '-c', script, 'sh', device]);
  if (!ran.ok) return unreadable(device, ran.problem.message);
  const { exitCode, stdout, stderr } = ran.value;
  const [network = '', instance = ''] = stdout.split('\0');
  if (exitCode !== 0) return unreadable(device, printable(stderr.trim()) || `exit code ${exitCode}`);
  return ok({ network, instance: instance === '' ? null : instance });
}

function unreadable(place: string, why: string): Result<never> {
  return fail(
    'metadata-unreachable',
    place,
    `the config drive cannot be read: ${why}`,
    'only root may read it; `blkid` shows whether it is iso9660 or vfat',
  );
}
