import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryDirectory } from './cleanup.ts';
import type { Namespace } from './namespace.ts';

/**
 * Sends router advertisements on links of the router, as a cloud's gateway may: with a default route for half an hour and
 * the subnet for addresses of one's own making (dnsmasq(8): `ra-only`), often, and in answer to solicitations.
 */
export async function advertise(router: Namespace, links: readonly string[]): Promise<void> {
  const lines = [
    'port=0',
    'keep-in-foreground',
    'bind-dynamic',
    'leasefile-ro',
    'enable-ra',
    ...links.flatMap((link) => [
      `interface=${link}`,
      `dhcp-range=::,constructor:${link},ra-only`,
      `ra-param=${link},5,1800`,
    ]),
  ];
  const file = join(temporaryDirectory(), 'advertise.conf');
  await writeFile(file, `${lines.join('\n')}\n`);
  router.start(['dnsmasq', `--conf-file=${file}`, '--pid-file=']);
}
