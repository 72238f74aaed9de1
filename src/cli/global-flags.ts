import type { Flag } from './command.ts';

/** Taken by every command, before or after its name (design section 2). */
export const globalFlags: readonly Flag[] = [
  {
    name: 'root',
    value: 'DIR',
    summary: 'prefix of every file read or written; no command of the system is run there',
    fallback: '/',
  },
  { name: 'config', value: 'FILE', summary: 'configuration file', fallback: '/etc/enid/config.yaml' },
  { name: 'json', value: null, summary: 'print JSON' },
  {
    name: 'log-level',
    value: 'LEVEL',
    summary: 'least urgent level logged on standard error',
    choices: ['error', 'warn', 'info', 'debug'],
    fallback: 'warn, of the daemon info',
  },
  {
    name: 'force',
    value: null,
    summary: 'take back edited files; run in a container; render into a directory with files',
  },
  { name: 'help', value: null, summary: 'what a command does, its flags and examples' },
  { name: 'version', value: null, summary: 'the version of enid' },
];
