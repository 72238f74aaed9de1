import type { Config } from '../model/config.ts';

/** Where the configuration is looked for unless `--config` says otherwise. */
export const configPath = '/etc/enid/config.yaml';

/** What holds where the configuration file says nothing. Durations are milliseconds. */
export const defaultConfig: Config = {
  provider: 'auto',
  stack: 'auto',
  format: 'auto',
  metadata: {
    endpoint: null,
    file: null,
    timeout: 3_000,
    poll: 60_000,
    token: 'auto',
    agreeingReads: 2,
  },
  interfaces: { exclude: [], include: [], managePrimary: false, vlans: [], addresses: new Map() },
  addressing: 'auto',
  defaultRoute: 'no',
  policyRouting: true,
  // The low seven bits: in the registry of packet marks (github.com/fwmark/registry) only Cilium has them.
  forwarding: { mode: 'follow-main', mask: 0x7f },
  tableBase: 21_000,
  dns: false,
  sysctl: 'auto',
  activation: 'auto',
  rollback: { timeout: 60_000, probe: ['gateway', 'metadata'] },
  conflict: 'skip',
  metrics: { textfile: null },
};
