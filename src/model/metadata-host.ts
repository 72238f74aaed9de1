import { type Address, parseAddress } from './address.ts';

/**
 * Where the metadata services of the clouds here are: Alibaba Cloud's by IPv4 and IPv6, and the one that OpenStack, Huawei Cloud
 * and most others have. Each is fixed by its cloud and no server's own.
 */
export const fixedMetadataHosts = ['100.100.100.200', 'fd00:100::100:200', '169.254.169.254'] as Address[];

/** The fixed hosts, and that of the configured endpoint (`http://192.0.2.1:8080`; null: none) where it is an address. */
export function metadataHosts(endpoint: string | null): readonly Address[] {
  const name = endpoint === null ? '' : new URL(endpoint).hostname.replace(/^\[|\]$/g, '');
  const host = parseAddress(name, 'metadata.endpoint');
  return host.ok ? [...new Set([...fixedMetadataHosts, host.value])] : fixedMetadataHosts;
}
