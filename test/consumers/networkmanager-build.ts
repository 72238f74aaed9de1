import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { say } from '../guest/progress.ts';
import { temporaryDirectory } from '../lab/cleanup.ts';
import { run } from '../lab/run.ts';

/*
 * Debian builds its NetworkManager without the plugin that reads ifcfg files (ifcfg-rh). Here it is built with it, from
 * Debian's own source package, and without all that the files under test do not need: two minutes of one processor.
 */

/** A release of Debian, for its NetworkManager: bullseye has 1.30, bookworm 1.42. */
export type Suite = 'bullseye' | 'bookworm';

/** Where the build is to be found when it runs: the plugin is looked for below. A machine's /run is its own. */
export const networkManagerPrefix = '/run/networkmanager-ifcfg';

const needed =
  'dpkg-dev gcc libc6-dev meson ninja-build pkg-config gettext intltool xsltproc libglib2.0-dev libgnutls28-dev libndp-dev libudev-dev libdbus-1-dev uuid-dev';

const switchedOff = [
  'session_tracking_consolekit polkit selinux systemd_journal wext wifi ppp modem_manager concheck ovs nmcli nmtui',
  'introspection vapi libpsl qt firewalld_zone ebpf ifupdown',
].flatMap((names) => names.split(' '));

const options: Readonly<Record<string, string>> = {
  ...Object.fromEntries(switchedOff.map((name) => [name, 'false'])),
  ...{ session_tracking: 'no', libaudit: 'no', tests: 'no', readline: 'none', crypto: 'gnutls' },
  ...{ systemdsystemunitdir: 'no', udev_dir: 'no', ifcfg_rh: 'true' },
};

const layout = [
  ...[`--prefix=${networkManagerPrefix}`, '--libdir=lib', '--libexecdir=libexec', '--sysconfdir=/etc'],
  ...['--localstatedir=/var', '--buildtype=plain', '-Dc_args=-O0'],
];

const program = 'src/core/NetworkManager';
const plugin = 'src/core/settings/plugins/ifcfg-rh/libnm-settings-plugin-ifcfg-rh.so';

const cache = join(dirname(fileURLToPath(import.meta.url)), '.cache');

/** A directory that holds what belongs at {@link networkManagerPrefix}: built once, kept in `.cache/` by its recipe. */
export async function buildNetworkManager(suite: Suite): Promise<string> {
  const recipe = createHash('sha256')
    .update(JSON.stringify([layout, options]))
    .digest('hex')
    .slice(0, 12);
  const built = join(cache, `networkmanager-${suite}-${recipe}`);
  if (existsSync(built)) return built;
  const begun = performance.now();
  say(`NetworkManager of ${suite} with ifcfg-rh: fetching its source`);
  const source = await fetchSource(suite);
  say(`NetworkManager of ${suite} with ifcfg-rh: building it`);
  const made = await build(source);
  mkdirSync(cache, { recursive: true });
  const unfinished = join(cache, `unfinished-${process.pid}`);
  await step(['cp', '-a', made, unfinished], cache);
  renameSync(unfinished, built);
  rmSync(dirname(source), { recursive: true });
  say(
    `NetworkManager of ${suite} with ifcfg-rh: built in ${Math.round((performance.now() - begun) / 1000)} s`,
  );
  return built;
}

/** The unpacked source package, from the archive that the machine takes its own packages from. */
async function fetchSource(suite: Suite): Promise<string> {
  const directory = temporaryDirectory();
  const lists = join(directory, 'lists');
  const sources = join(directory, 'sources.list');
  mkdirSync(lists);
  const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';
  writeFileSync(sources, `deb-src [signed-by=${keyring}] ${await debianArchive()} ${suite} main\n`);
  const apt = [
    ...['apt-get', '-qq', '-o', `Dir::Etc::SourceList=${sources}`, '-o', 'Dir::Etc::SourceParts=/dev/null'],
    ...['-o', `Dir::State::Lists=${lists}`, '-o', 'Dir::Cache::SrcPkgCache=', '-o', 'Dir::Cache::PkgCache='],
    ...['-o', 'APT::Sandbox::User=root'],
  ];
  await step([...apt, 'update'], directory);
  await step([...apt, 'source', 'network-manager'], directory);
  const unpacked = readdirSync(directory).find((name) => /^network-manager-[\d.]+$/.test(name));
  if (unpacked === undefined) throw new Error(`apt-get source left ${readdirSync(directory).join(' ')}`);
  return join(directory, unpacked);
}

async function debianArchive(): Promise<string> {
  const format = '$(LABEL) $(COMPONENT) $(REPO_URI)';
  const argv = ['apt-get', 'indextargets', '--format', format, 'Created-By: Packages'];
  const found = /^Debian main (\S+)$/m.exec(await step(argv, '/'))?.[1];
  if (found === undefined) throw new Error('apt knows of no Debian archive: run apt-get update');
  return found;
}

async function build(source: string): Promise<string> {
  const known = readFileSync(join(source, 'meson_options.txt'), 'utf8');
  const chosen = Object.entries(options)
    .filter(([name]) => known.includes(`option('${name}'`))
    .map(([name, value]) => `-D${name}=${value}`);
  await step(['meson', 'setup', 'build', ...layout, ...chosen], source);
  await step(['nice', 'ninja', '-C', 'build', program, plugin], source);
  const made = join(dirname(source), 'made');
  const plugins = join(made, 'lib/NetworkManager', source.replace(/.*-/, ''));
  mkdirSync(plugins, { recursive: true });
  await step(['cp', join('build', program), made], source);
  await step(['cp', join('build', plugin), plugins], source);
  return made;
}

async function step(argv: readonly string[], directory: string): Promise<string> {
  const ran = await run(['env', `--chdir=${directory}`, ...argv], '', 1_800_000);
  if (ran.code === 0) return ran.stdout;
  const output = `${ran.stdout}${ran.stderr}`.split('\n').slice(-40).join('\n');
  throw new Error(`${argv.join(' ')}\n${output}\nneeded: apt-get install ${needed}`);
}
