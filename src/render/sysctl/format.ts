import { sysctlsPath } from '../../kernel/sysctls.ts';
import type { DesiredNetwork } from '../../model/desired.ts';
import type { RenderedFile } from '../../model/file.ts';
import type { Problem } from '../../model/problem.ts';
import { outputProblem } from '../check.ts';
import type { TemplateUse } from '../format.ts';

/**
 * sysctl.d(5): read at boot, and by udev's rule 99-systemd for each NIC that appears. Keys are written with slashes:
 * when the first separator is a slash, dots after it are part of a link's name (systemd and procps alike). They go by name,
 * whatever NIC that is at a later boot: so the file says whose name it was, for `enid recover`.
 */
export const sysctl = {
  files(network: DesiredNetwork): readonly TemplateUse[] {
    if (network.sysctls.length === 0) return [];
    const view = { nics: nicsIn(network) };
    return [{ template: 'sysctl/enid.conf.liquid', path: sysctlsPath, mode: 0o644, mac: null, view }];
  },

  check(file: RenderedFile): readonly Problem[] {
    return file.text.split('\n').flatMap((line, index) => {
      const known =
        line === '' ||
        line.startsWith('#') ||
        /^net\/ipv[46]\/(conf|neigh)\/[^/\s=]+\/[a-z0-9_]+ = -?[0-9]+$/.test(line);
      return known ? [] : [outputProblem(file, index + 1, `"${line}" is not a setting of one NIC`)];
    });
  },
};

/** By NIC, in the order in which they come. */
function nicsIn({ sysctls }: DesiredNetwork): readonly Readonly<Record<string, unknown>>[] {
  const nameIn = (key: string) => key.split('/')[3] ?? '';
  return [...new Set(sysctls.map(({ key }) => nameIn(key)))].map((name) => {
    const own = sysctls.filter(({ key }) => nameIn(key) === name);
    return { name, mac: own[0]?.mac, sysctls: own.map(({ key, value }) => ({ key, value })) };
  });
}
