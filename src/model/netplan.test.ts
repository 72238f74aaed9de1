import { expect, it } from 'vitest';
import type { Mac } from './mac.ts';
import { definitionId } from './netplan.ts';

it('is no name that others give to a definition', () => {
  expect(definitionId({ name: 'eth0', vlan: null })).toBe('0-enid-eth0');
});

it('is the name of a VLAN, which has no other', () => {
  const vlan = { parent: 'eth1', parentMac: '00:16:3e:00:00:01' as Mac, id: 100 };
  expect(definitionId({ name: 'eth1.100', vlan })).toBe('eth1.100');
});
