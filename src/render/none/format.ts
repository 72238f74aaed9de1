import { formsOfIp } from '../../model/rule-forms.ts';
import type { Format } from '../format.ts';

/** No network service reads files here: addresses, routes and rules go through `ip` and nothing is written. */
export const none: Format = {
  id: 'none',
  connected: () => 'table',
  ruleForms: formsOfIp,
  files: () => [],
  check: () => [],
};
