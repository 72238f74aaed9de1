import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { temporaryDirectory } from '../lab/cleanup.ts';
import { must, run } from '../lab/run.ts';
import { hostKernel } from './kernel.ts';
import { say } from './progress.ts';
import { commonPackages, type System } from './system.ts';

const here = dirname(fileURLToPath(import.meta.url));
const checkout = join(here, '../..');
const cache = join(here, '.cache');

/**
 * A disk (ext4, raw, in a temporary directory) with the system and enid on it, as its package installs it. What comes
 * from Debian is kept in `.cache/` by the recipe's digest; enid and the configuration are put on it anew each time. `config`: what
 * enid's configuration says beyond what every guest's does.
 */
export async function makeDisk(system: System, config: string): Promise<string> {
  const tar = await distribution(system);
  const directory = temporaryDirectory();
  const root = join(directory, 'root');
  mkdirSync(root);
  await must(['tar', '-C', root, '--numeric-owner', '-xf', tar]);
  const kernel = hostKernel();
  mkdirSync(join(root, 'usr/lib/modules'), { recursive: true });
  await must(['cp', '-a', `/lib/modules/${kernel.release}`, join(root, 'usr/lib/modules/')]);
  writeFiles(root, { ...commonFiles, '/etc/enid/config.yaml': `${commonConfig}${config}`, ...system.files });
  await installEnid(root);
  await must(['chroot', root, 'sh', '-ec', `${enableUnits}\n${system.setUp}`]);
  const disk = join(directory, 'disk.img');
  await must(['mkfs.ext4', '-q', '-F', '-J', 'size=8', '-d', root, disk, '2G']);
  rmSync(root, { recursive: true, force: true });
  return disk;
}

async function distribution(system: System): Promise<string> {
  const packages = [...commonPackages, ...system.packages].join(',');
  const recipe = createHash('sha256').update(`2 ${system.suite} ${packages}`).digest('hex').slice(0, 12);
  const tar = join(cache, `${system.suite}-${recipe}.tar`);
  if (existsSync(tar)) return tar;
  say(`${system.name}: fetching ${system.suite} and its packages`);
  mkdirSync(cache, { recursive: true });
  const unfinished = join(cache, `unfinished-${process.pid}.tar`);
  const hook = `--setup-hook=${mergeUsr}`;
  const argv = [
    ...['mmdebstrap', '--quiet', '--variant=apt', `--include=${packages}`, hook],
    ...[system.suite, unfinished],
  ];
  const ran = await run(argv, '', 600_000);
  if (ran.code !== 0) {
    rmSync(unfinished, { force: true });
    throw new Error(`${argv.join(' ')}\n${ran.stderr}`);
  }
  renameSync(unfinished, tar);
  return tar;
}

/** As every image has it; the packages of Debian 11 alone do not see to it. */
const mergeUsr =
  'cd "$1"; for name in bin sbin lib lib32 lib64 libx32; do [ -e $name ] || { mkdir -p usr/$name; ln -s usr/$name $name; }; done';

/** What every cloud image has, whatever its network is configured by. */
const commonFiles: Readonly<Record<string, string>> = {
  '/etc/fstab': '/dev/vda / ext4 defaults 0 0\n',
  '/etc/hostname': 'guest\n',
  '/etc/hosts': '127.0.0.1 localhost guest\n',
  '/etc/resolv.conf': 'nameserver 100.100.2.136\n',
  // Strict, as Red Hat's systems are set: the hardest case.
  '/etc/sysctl.d/10-strict.conf': 'net.ipv4.conf.default.rp_filter=1\n',
  '/etc/systemd/journald.conf.d/lab.conf':
    '[Journal]\nStorage=persistent\nForwardToConsole=no\nRateLimitBurst=0\n',
  // It would tell of every question.
  '/etc/systemd/system/qemu-guest-agent.service.d/lab.conf': '[Service]\nLogLevelMax=notice\n',
};

// Half of the timeout is what a change may take, and eight NICs brought up one after the other take long here.
const commonConfig = 'metadata: { poll: 5s }\nrollback: { timeout: 3m }\n';

const enableUnits = `systemctl enable enid.service enid-recover.service
for timer in apt-daily apt-daily-upgrade dpkg-db-backup e2scrub_all fstrim man-db; do
  ln -sf /dev/null "/etc/systemd/system/$timer.timer"
done`;

async function installEnid(root: string): Promise<void> {
  const script = join(checkout, 'packaging/install.sh');
  await must(['env', `DESTDIR=${root}`, `RUNTIME=${process.execPath}`, 'sh', script]);
}

function writeFiles(root: string, files: Readonly<Record<string, string>>): void {
  for (const [path, content] of Object.entries(files)) {
    const file = join(root, path);
    mkdirSync(dirname(file), { recursive: true });
    rmSync(file, { force: true });
    writeFileSync(file, content);
    chmodSync(file, content.startsWith('#!') ? 0o755 : path.endsWith('.nmconnection') ? 0o600 : 0o644);
  }
}
