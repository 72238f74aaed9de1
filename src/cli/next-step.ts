import type { Reason } from '../model/reason.ts';

/** What happens next with a NIC that is not configured, or what its owner can do: one sentence each. */
export const nextStep: Readonly<Record<Reason, string>> = {
  'not-in-metadata':
    'enid asks again after 0.2, 0.5, 1, 2, 4 … seconds, then at every poll; is it bound to this instance?',
  'not-in-kernel': 'see `enid doctor`: some instance families must be stopped and started to see a new NIC',
  'no-lease': 'enid tries again after 1, 2, 4 … minutes; `enid reconfigure` tries now',
  'no-carrier': 'enid goes on by itself when the link comes up',
  'no-address':
    'enid goes on when the metadata lists an address; interfaces.addresses in the configuration can give one',
  'address-conflict': 'find the other machine that uses the address: it answers to `arping`',
  'no-gateway': 'its own subnet works; enid adds the rest when the metadata gives a gateway',
  unmanaged: 'remove that file, or set `conflict: adopt` in the configuration to take it over',
  excluded: 'remove it from interfaces.exclude in the configuration to have it configured',
  'not-included': 'name it in interfaces.include in the configuration to have it configured',
  cni: 'nothing: its container network plug-in configures it',
  bonded: 'nothing: the bond or bridge above it is what has addresses',
  'shared-mac': 'nothing: enid cannot tell which of these links the metadata means',
  'no-parent':
    'enid goes on when its parent is there; is `parent` in interfaces.vlans of the configuration right?',
  'vlan-taken': 'remove that link, or take the VLAN out of interfaces.vlans in the configuration',
  'only-way-out':
    'enid goes on when the primary has its address and reads agree: see the file that configures it, which may go by another name',
  'name-refused': 'give the link another name: letters, digits, `.`, `-` and `_`',
  'address-refused':
    'correct the address where it is assigned, or interfaces.addresses of the configuration; enid goes on by itself then',
  'prefix-refused': 'correct the delegated prefix where it is assigned; enid goes on by itself then',
  'subnet-refused': 'correct the subnet in the metadata; enid goes on by itself then',
  'gateway-refused': 'correct the gateway in the metadata; enid goes on by itself then',
  'route-refused': 'correct the route in the metadata; enid goes on by itself then',
  'table-conflict':
    'remove the foreign route or rule, or move enid away from it with table_base in the configuration',
  'no-slot': 'detach NICs that are not used, then `enid reconfigure`',
  edited: '`enid plan` shows the edit as a diff; `enid reconfigure --force` takes the file back',
  contested: 'find out what else configures this NIC (`ip monitor` shows when), then `enid reconfigure`',
  'rejected-by-consumer': 'the log of the network service says why; enid tries again when something changes',
  'rolled-back':
    'enid tries again when metadata, configuration or links change; `enid reconfigure` tries now',
  'not-activated': 'enid tries again; `enid plan` shows what is missing',
  'metadata-unknown': 'nothing is changed until the metadata can be read again',
};
