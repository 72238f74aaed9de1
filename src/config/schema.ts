import * as z from 'zod';
import { providerIds } from '../model/provider.ts';
import { formatIds, stackIds } from '../model/stack.ts';
import { defaultConfig as defaults } from './defaults.ts';
import { forwarding } from './forwarding.ts';
import {
  absolutePath,
  address,
  addressesByMac,
  addressWithLength,
  duration,
  endpoint,
  flag,
  key,
  list,
  mac,
  nicPattern,
  required,
  wholeNumber,
  word,
  wordOrFalse,
} from './values.ts';
import type { ValidVlanKeys } from './vlans.ts';

/**
 * Tables run from base to base + 999 and each is also the priority of its rules, so the band has to end before the
 * kernel's rule for main (32766), and must not hold the tables default, main and local (253–255).
 */
const tableBase = wholeNumber(256, 31_766);

/** A mapping that knows its keys. The message of an unknown key is the list of the known ones. */
function section<Shape extends z.ZodRawShape>(shape: Shape) {
  const known = Object.keys(shape).join(', ');
  return z.strictObject(shape, {
    error: (issue) => (issue.code === 'unrecognized_keys' ? known : `a mapping with the keys ${known}`),
  });
}

/** A section that may be left out or left empty. */
function optionalSection<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.preprocess((value) => value ?? {}, section(shape)).prefault({});
}

const vlan = section({
  parent: required(nicPattern),
  id: required(wholeNumber(1, 4094)),
  mac: required(mac),
  addresses: key([], list('addresses with prefix length', addressWithLength)),
  gateway: key(null, address),
});

const vlans = z.array(vlan, {
  error: 'a list of mappings with the keys parent, id, mac, addresses, gateway',
});

/** The keys of one entry of `interfaces.vlans` that are valid, whatever the others are. */
export function validVlanKeys(entry: unknown): ValidVlanKeys {
  const isMapping = typeof entry === 'object' && entry !== null;
  const values = new Map<string, unknown>(isMapping ? Object.entries(entry) : []);
  const { parent, id, mac, addresses, gateway } = vlan.shape;
  return {
    parent: parent.safeParse(values.get('parent')).data,
    id: id.safeParse(values.get('id')).data,
    mac: mac.safeParse(values.get('mac')).data,
    addresses: addresses.safeParse(values.get('addresses')).data,
    gateway: gateway.safeParse(values.get('gateway')).data,
  };
}

/** /etc/enid/config.yaml as it is written: the keys of design and README, snake case, each with default and range. */
export const configFile = section({
  provider: key(defaults.provider, word(['auto', ...providerIds])),
  stack: key(defaults.stack, word(['auto', ...stackIds])),
  format: key(defaults.format, word(['auto', ...formatIds])),
  metadata: optionalSection({
    endpoint: key(defaults.metadata.endpoint, endpoint),
    file: key(defaults.metadata.file, absolutePath),
    timeout: key(defaults.metadata.timeout, duration('100ms', '60s')),
    poll: key(defaults.metadata.poll, duration('5s', '1h')),
    token: key(defaults.metadata.token, word(['auto', 'always', 'never'])),
    agreeing_reads: key(defaults.metadata.agreeingReads, wholeNumber(1, 10)),
  }),
  interfaces: optionalSection({
    exclude: key(defaults.interfaces.exclude, list('names, MACs or interface ids', nicPattern)),
    include: key(defaults.interfaces.include, list('names, MACs or interface ids', nicPattern)),
    manage_primary: key(defaults.interfaces.managePrimary, flag),
    vlans: z.preprocess((value) => value ?? [], vlans).prefault([]),
    addresses: key(defaults.interfaces.addresses, addressesByMac),
  }),
  addressing: key(defaults.addressing, word(['auto', 'dhcp', 'static'])),
  default_route: key(defaults.defaultRoute, wordOrFalse(['no', 'metric'])),
  policy_routing: key(defaults.policyRouting, flag),
  forwarding: key(defaults.forwarding, forwarding),
  table_base: key(defaults.tableBase, tableBase),
  dns: key(defaults.dns, flag),
  sysctl: key(defaults.sysctl, wordOrFalse(['auto', 'no'])),
  activation: key(defaults.activation, word(['auto', 'scoped', 'service', 'none'])),
  rollback: optionalSection({
    timeout: key(defaults.rollback.timeout, duration('10s', '10m')),
    probe: key(defaults.rollback.probe, list('probes', word(['gateway', 'metadata']))),
  }),
  conflict: key(defaults.conflict, word(['skip', 'adopt'])),
  metrics: optionalSection({ textfile: key(defaults.metrics.textfile, absolutePath) }),
});

export type ConfigFile = z.output<typeof configFile>;
