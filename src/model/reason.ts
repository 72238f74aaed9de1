/** What a NIC is to enid. */
export type Role = 'primary' | 'secondary' | 'ignored';

export type InterfaceState = 'configured' | 'pending' | 'unmanaged' | 'excluded' | 'failed';

/** Why a NIC is not `configured`: the closed list shown in `enid status`, the log and metrics. */
export const reasons = {
  'not-in-metadata': 'the kernel has it, the metadata does not list it (yet)',
  'not-in-kernel': 'the metadata lists it, the kernel has no such NIC',
  'no-lease': 'no DHCP lease yet',
  'no-carrier': 'the link has no carrier',
  'no-address': 'neither metadata nor a lease gives it an address',
  'address-conflict': 'another machine uses its address',
  'no-gateway': 'its gateway is not known, so it has no route beyond its subnet',
  unmanaged: 'a file or profile that is not ours configures it',
  excluded: 'excluded by configuration',
  'not-included': 'no device stands behind it and the configuration does not include it',
  cni: 'handed to a container network plug-in',
  bonded: 'a member of a bond or bridge',
  'shared-mac': 'several links carry its MAC',
  'no-parent': 'the NIC that this VLAN sub-interface stands on is not there',
  'vlan-taken': 'a link that is not ours stands where this VLAN sub-interface would',
  'only-way-out': 'the default route goes by it alone, and the primary is not up or not agreed on yet',
  'name-refused': 'its name cannot be used in a network configuration',
  'address-refused': "an address of it is another one's, or none that a NIC can have",
  'prefix-refused': "a delegated prefix of it covers what is another one's, or is none",
  'subnet-refused': 'its subnet covers what only the primary may lead to, or is none',
  'gateway-refused': 'its gateway is none that it could have',
  'route-refused': 'a route of it leads to what cannot lie behind a gateway, or by a gateway that is none',
  'table-conflict': 'its table or priority is used by something else',
  'no-slot': 'all 999 slots are taken',
  edited: 'a file of ours was edited or deleted by someone',
  contested: 'something else keeps undoing what enid sets',
  'rejected-by-consumer': 'the network service refused the file',
  'rolled-back': 'the last change was put back',
  'not-activated': 'its files are written, the kernel does not show them',
  'metadata-unknown': 'the metadata could not be read',
} as const;

export type Reason = keyof typeof reasons;
