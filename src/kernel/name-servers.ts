import { type Address, parseAddress } from '../model/address.ts';
import type { Files } from '../ports/files.ts';

/** What the resolver library asks (resolv.conf(5)), and whom systemd-resolved asks where that is its own stub. */
const paths = ['/etc/resolv.conf', '/run/systemd/resolve/resolv.conf'];

/**
 * The name servers that this machine asks, without those on the machine itself and link-local ones, whose link the kernel
 * would have to be told. A file that is absent or cannot be read names none.
 */
export async function readNameServers(files: Pick<Files, 'readText'>): Promise<readonly Address[]> {
  const texts = await Promise.all(paths.map((path) => files.readText(path)));
  const found = texts.flatMap((text) => (text.ok && text.value !== null ? parseNameServers(text.value) : []));
  return [...new Set(found)];
}

/** The addresses in the `nameserver` lines. Pure. */
export function parseNameServers(text: string): readonly Address[] {
  return text.split('\n').flatMap((line) => {
    const word = /^\s*nameserver\s+(\S+)/.exec(line)?.[1] ?? '';
    const address = parseAddress(word, 'nameserver');
    const isElsewhere = address.ok && !/^(127\.|::1$|fe80:|0\.0\.0\.0$|::$)/.test(address.value);
    return isElsewhere ? [address.value] : [];
  });
}
