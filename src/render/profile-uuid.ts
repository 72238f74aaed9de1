import { createHash } from 'node:crypto';
import type { Mac } from '../model/mac.ts';

/** The namespace of the ids made here; drawn once at random, never to be changed. */
const namespace = '6f1d7a52-9c0e-4f55-8d1b-2b1a6c3e7d90';

/**
 * The id of a NIC's NetworkManager profile: version 5 (RFC 9562) of its MAC, so that it is the same at every rendering,
 * in every format and under every name.
 */
export function profileUuid(mac: Mac): string {
  const digest = createHash('sha1')
    .update(Buffer.from(namespace.replace(/-/g, ''), 'hex'))
    .update(mac)
    .digest();
  digest[6] = ((digest[6] ?? 0) & 0x0f) | 0x50;
  digest[8] = ((digest[8] ?? 0) & 0x3f) | 0x80;
  const hex = digest.subarray(0, 16).toString('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
