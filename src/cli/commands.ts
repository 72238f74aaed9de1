import { stackIds } from '../model/stack.ts';
import type { Command } from './command.ts';

const planExamples = [
  { line: 'enid plan', does: 'what enid would change now, and how' },
  { line: 'enid plan --json', does: 'the same for a program' },
];

/** Every command, in the order of `enid --help`: a new one is an object here and a file in `commands/`. */
export const commands: readonly Command[] = [
  {
    name: 'status',
    summary: 'what enid did last, and how each NIC is',
    about: [
      'Reads what the last run left in /run/enid/status.json and asks nobody else, so it is quick and safe at any time.',
      'Exit code: 0 all is well, 1 failed or nothing ran since boot, 3 something is not as it should be.',
    ],
    flags: [],
    operands: [],
    examples: [
      { line: 'enid status', does: 'a table of the NICs' },
      { line: 'enid status --json', does: 'the same for a program' },
    ],
    needsRoot: false,
    hidden: false,
    load: () => import('./commands/status.ts'),
  },
  {
    name: 'plan',
    summary: 'what would change: a diff of files, and the commands that would run',
    about: [
      'Reads the metadata, the kernel and the files, and changes nothing. With --root only files: the metadata saved in the',
      'image, its state and its configuration; what the kernel of the machine that boots it will say is not known.',
      'Exit code: 0 nothing would change, 10 changes are pending.',
    ],
    flags: [
      {
        name: 'restart',
        value: null,
        summary: 'with the restart of the whole network service, as `reconfigure --restart`',
      },
    ],
    operands: [],
    examples: planExamples,
    needsRoot: true,
    hidden: false,
    load: () => import('./commands/plan.ts'),
  },
  {
    name: 'reconfigure',
    summary: 'look once, and bring files and kernel to what they should be',
    about: [
      'Fetches the metadata, writes the files, takes the NICs up, looks whether the machine is still reachable, and puts',
      'everything back if it is not. With --force edited files of enid are taken back too.',
    ],
    flags: [
      {
        name: 'restart',
        value: null,
        summary: 'restart the whole network service instead of touching single NICs',
      },
      { name: 'dry-run', value: null, summary: 'change nothing: the same as `enid plan`' },
      { name: 'boot', value: null, summary: 'early in boot: whatever can be waited for exits with 0' },
      {
        name: 'wait',
        value: 'SECONDS',
        summary: 'how long to ask again for metadata that cannot be read',
        fallback: 'one try',
      },
    ],
    operands: [],
    examples: [
      { line: 'enid reconfigure', does: 'now, without waiting for the daemon' },
      { line: 'enid reconfigure --dry-run', does: 'see it first' },
      { line: 'enid reconfigure --force', does: 'also take back files that somebody edited' },
    ],
    needsRoot: true,
    hidden: false,
    load: () => import('./commands/reconfigure.ts'),
  },
  {
    name: 'rollback',
    summary: 'put back what a change replaced',
    about: [
      'Restores files, mode and owner as they were before the transaction, and takes the network up with them.',
      'Without ID: the last change that wrote files, be it a rollback; one that touched the kernel alone is not kept.',
      'The daemon does not try the same change again until something else changes.',
    ],
    flags: [
      {
        name: 'take-over',
        value: null,
        summary: 'end the process that holds the lock first (the dead-man timer does)',
      },
    ],
    operands: [{ name: 'ID', summary: 'a transaction: a directory name below /var/lib/enid/transactions' }],
    examples: [{ line: 'enid rollback', does: 'undo the last change that wrote files' }],
    needsRoot: true,
    hidden: false,
    load: () => import('./commands/rollback.ts'),
  },
  {
    name: 'detect',
    summary: 'distribution, network stack and cloud, each with the evidence',
    about: ['Looks at files and asks the running services; changes nothing and asks no network.'],
    flags: [],
    operands: [],
    examples: [
      { line: 'enid detect', does: 'who is in charge of the network here, and why enid thinks so' },
      { line: 'enid detect --root /mnt --json', does: 'of an image that is mounted there' },
    ],
    needsRoot: false,
    hidden: false,
    load: () => import('./commands/detect.ts'),
  },
  {
    name: 'metadata',
    summary: 'what the cloud says about this instance’s network',
    about: ['The JSON form is what `enid render --metadata` and provider `file` read.'],
    flags: [],
    operands: [],
    examples: [
      { line: 'enid metadata', does: 'a table' },
      { line: 'enid metadata --json >saved.json', does: 'to keep, or to render elsewhere' },
    ],
    needsRoot: false,
    hidden: false,
    load: () => import('./commands/metadata.ts'),
  },
  {
    name: 'render',
    summary: 'the files for saved metadata on any known distribution',
    about: [
      'Needs no root, no network and not that distribution: for looking, for images, for tests.',
      'The stack is the one that the distribution comes with, unless --stack says another.',
    ],
    flags: [
      { name: 'metadata', value: 'FILE', summary: 'what `enid metadata --json` printed', required: true },
      { name: 'os', value: 'ID:VERSION', summary: 'as in os-release, e.g. ubuntu:22.04', required: true },
      { name: 'out', value: 'DIR', summary: 'where the tree of files goes', required: true },
      { name: 'stack', value: 'NAME', summary: 'another network stack', choices: stackIds },
    ],
    operands: [],
    examples: [
      {
        line: 'enid render --metadata saved.json --os debian:12 --out tree',
        does: 'what enid would write on Debian 12',
      },
      {
        line: 'enid render --metadata saved.json --os centos:7 --stack networkmanager --out tree',
        does: 'for NetworkManager',
      },
    ],
    needsRoot: false,
    hidden: false,
    load: () => import('./commands/render.ts'),
  },
  {
    name: 'doctor',
    summary: 'what is wrong with the NICs of this machine, and what mends it',
    about: [
      'One line a check: what is wrong, and what mends it. Asks the metadata and the kernel; changes nothing.',
      'Exit code: 0 nothing is wrong (warnings do not count), 3 something is.',
    ],
    flags: [],
    operands: [],
    examples: [
      { line: 'sudo enid doctor', does: 'look for trouble' },
      { line: 'sudo enid doctor --json', does: 'every check, those that found nothing too' },
    ],
    needsRoot: true,
    hidden: false,
    load: () => import('./commands/doctor.ts'),
  },
  {
    name: 'clean',
    summary: 'before imaging: remove all that binds the image to this instance’s NICs',
    about: [
      'Removes enid’s own network files and its state. The running network is left as it is; edited files stay unless',
      '--force is given. Stop the daemon first, or it writes them again.',
    ],
    flags: [],
    operands: [],
    examples: [{ line: 'systemctl stop enid && enid clean', does: 'then shut down and make the image' }],
    needsRoot: true,
    hidden: false,
    load: () => import('./commands/clean.ts'),
  },
  {
    name: 'daemon',
    summary: 'watch metadata and kernel, and keep both in step (run by the service manager)',
    about: [
      'Logs to standard error. SIGHUP: read the configuration and run now. SIGTERM: finish or roll back, then end.',
    ],
    flags: [],
    operands: [],
    examples: [{ line: 'systemctl enable --now enid', does: 'the usual way to start it' }],
    needsRoot: true,
    hidden: false,
    logLevel: 'info',
    load: () => import('./commands/daemon.ts'),
  },
  {
    name: 'recover',
    summary: 'before the network starts: finish or undo a torn transaction (run by enid-recover.service)',
    about: ['Works on files alone, and moves aside files of enid whose NIC name now belongs to another MAC.'],
    flags: [],
    operands: [],
    examples: [],
    needsRoot: true,
    hidden: true,
    load: () => import('./commands/recover.ts'),
  },
];
