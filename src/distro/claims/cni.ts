import { globMatches } from '../../model/glob.ts';
import type { Link } from '../../model/kernel.ts';
import { ok, type Result } from '../../model/problem.ts';
import type { Files } from '../../ports/files.ts';
import { mapFact } from '../facts.ts';
import { readNetworkManagerConf } from '../network-manager-conf.ts';
import { sameMac } from '../nic-pattern.ts';
import { readDirectory } from './personal.ts';

/** Something that takes NICs away from the system's own configuration. */
export interface CniOwner {
  readonly where: string;
  takes(link: Link): boolean;
}

/** Plug-ins that hand whole NICs to pods; they need every NIC but the primary left alone. */
const plugin = /"type"\s*:\s*"(terway|cilium-cni|aws-cni)"/;

/** Signs of a container network plug-in that owns this machine's further NICs. Errors: `file-unreadable`. */
export async function findCniOwners(files: Files): Promise<Result<readonly CniOwner[]>> {
  const wanted = (name: string) => /\.(conf|conflist|json)$/.test(name) && !name.startsWith('.');
  const [configs, unmanaged] = await Promise.all([
    readDirectory(files, '/etc/cni/net.d', wanted),
    findUnmanaged(files),
  ]);
  if (!configs.ok) return configs;
  if (!unmanaged.ok) return unmanaged;
  const owners = configs.value.flatMap(({ path, text }) => {
    const name = plugin.exec(text)?.[1];
    return name === undefined ? [] : [{ where: `${path} (${name})`, takes: (link: Link) => link.hasDevice }];
  });
  return ok([...owners, ...unmanaged.value]);
}

/** Terway tells NetworkManager in a file called eni.conf which NICs to leave alone. */
async function findUnmanaged(files: Files): Promise<Result<readonly CniOwner[]>> {
  const conf = await readNetworkManagerConf(files);
  return mapFact(conf, (list) =>
    list
      .filter((file) => file.path.endsWith('/eni.conf') && file.unmanaged.length > 0)
      .map(({ path, unmanaged }) => ({ where: path, takes: (link: Link) => isUnmanaged(unmanaged, link) })),
  );
}

/**
 * NetworkManager's device lists (NetworkManager.conf(5), Device List Format): one entry that fits takes the NIC, unless an
 * `except:` fits too. Only `interface-name:` knows wildcards, `*` and `?` alone.
 */
export function isUnmanaged(list: readonly string[], link: Pick<Link, 'name' | 'mac'>): boolean {
  const fits = (spec: string): boolean => {
    const [, kind, value = ''] = /^(interface-name|mac):(.*)$/.exec(spec) ?? [];
    if (kind === 'mac') return sameMac(value, link.mac);
    if (kind === undefined) return spec === '*' || spec === link.name || sameMac(spec, link.mac);
    if (value.startsWith('=')) return value.slice(1) === link.name;
    return globMatches(value.replace(/^~/, '').replace(/[[\]\\]/g, '\\$&'), link.name);
  };
  const excepted = list.some((spec) => spec.startsWith('except:') && fits(spec.slice('except:'.length)));
  return !excepted && list.some((spec) => !spec.startsWith('except:') && fits(spec));
}
