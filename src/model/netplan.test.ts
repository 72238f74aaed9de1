import { expect, it } from 'vitest';
import { definitionId } from './netplan.ts';

it('is no name that others give to a definition', () => {
  expect(definitionId({ name: 'eth0' })).toBe('0-enid-eth0');
});
