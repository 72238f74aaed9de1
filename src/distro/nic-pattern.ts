import { parseMac } from '../model/mac.ts';

/** A NIC as configuration files name one. */
export interface Nic {
  readonly name: string;
  readonly mac: string | null;
  /** Of the kernel; null where there is no device behind it. */
  readonly driver: string | null;
}

/** True for a name with a shell wildcard in it. */
export function isPattern(text: string): boolean {
  return /[*?[\]]/.test(text);
}

/** Shell wildcards `*`, `?` and `[…]` against a whole name. */
export function matchesPattern(pattern: string, name: string): boolean {
  const expression = pattern
    .replace(/[.+^${}()|\\]/g, '\\$&')
    .replace(/\*/g, '.*')
    .replace(/\?/g, '.')
    .replace(/\[!/g, '[^');
  try {
    return new RegExp(`^${expression}$`).test(name);
  } catch {
    // A lone bracket is no wildcard to the shell.
    return pattern === name;
  }
}

/** True where both are the same hardware address, however written. */
export function sameMac(written: string, mac: string | null): boolean {
  const parsed = parseMac(written.trim().replace(/^"|"$/g, ''), 'file');
  return parsed.ok && parsed.value === mac;
}
