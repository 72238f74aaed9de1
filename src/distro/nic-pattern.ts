import { parseMac } from '../model/mac.ts';

/** A NIC as configuration files name one. */
export interface Nic {
  readonly name: string;
  readonly mac: string | null;
  /** Of the kernel; null where there is no device behind it. */
  readonly driver: string | null;
}

/** True where both are the same hardware address, however written. */
export function sameMac(written: string, mac: string | null): boolean {
  const parsed = parseMac(written.trim().replace(/^"|"$/g, ''), 'file');
  return parsed.ok && parsed.value === mac;
}
