import { loadConfig } from '../../config/load.ts';
import { ok, type Result } from '../../model/problem.ts';
import type { Ports } from '../../ports/ports.ts';
import type { Findings } from '../findings.ts';
import { type GatherOptions, gatherNetwork } from './network.ts';
import { gatherSurroundings } from './surroundings.ts';

/**
 * Finds out all that the checks look at, and changes nothing. What cannot be found out is a problem in its place.
 * Errors: `config-unreadable`, `config-invalid`.
 */
export async function gather(
  ports: Ports,
  options: GatherOptions & { readonly configPath: string },
): Promise<Result<Findings>> {
  const config = await loadConfig(ports.files, options.configPath);
  if (!config.ok) return config;
  const [surroundings, network] = await Promise.all([
    gatherSurroundings(ports),
    gatherNetwork(ports, config.value, options),
  ]);
  return ok({ config: config.value, ...surroundings, ...network });
}
