import { type Address, parseAddress } from '../model/address.ts';
import type { Provider } from './provider.ts';

/**
 * The addresses at which this machine's metadata is served: the host of the configured endpoint, and the provider's own,
 * which other agents of the machine ask whatever enid is configured to ask. A host name gives none. Pure.
 */
export function metadataHosts(
  provider: Pick<Provider, 'endpoint' | 'services'> | null,
  configured: string | null,
): readonly Address[] {
  const bases = [configured, provider?.endpoint ?? null, ...(provider?.services ?? [])];
  return [...new Set(bases.flatMap((base) => (base === null ? [] : hostOf(base))))];
}

/** The address in `http://100.100.100.200` or `http://[fd00::1]:80`, in a list that is empty where there is a name. */
function hostOf(base: string): readonly Address[] {
  const host = /^https?:\/\/\[?([^\]/]+?)\]?(?::\d+)?(?:\/|$)/.exec(base)?.[1] ?? '';
  const address = parseAddress(host, 'endpoint');
  return address.ok ? [address.value] : [];
}
