// biome-ignore lint/style/noRestrictedImports: only tests read these files
import { readFileSync } from 'node:fs';
import type { Family } from '../../model/address.ts';

/** The folders here, oldest first. */
export const ages = ['el6', 'ubuntu-14.04', 'el7', 'iproute2-6.1', 'iproute2-6.9'] as const;
export type Age = (typeof ages)[number];

/** What `ip` of that age printed. */
export function sample(age: Age, what: 'link' | Family | 'address-lines' | 'ipv4-routes-lines'): string {
  return readFileSync(new URL(`./${age}/${what}.txt`, import.meta.url), 'utf8');
}
