import { expect, it } from 'vitest';
import { providerIds } from '../model/provider.ts';
import { providers } from './registry.ts';

it('every provider can be named in the configuration', () => {
  expect(providers.map(({ id }) => id)).toEqual(providerIds);
});
