import type { DesiredNetwork } from '../../model/desired.ts';
import type { RenderedFile } from '../../model/file.ts';
import type { Problem } from '../../model/problem.ts';
import { outputProblem } from '../check.ts';
import type { TemplateUse } from '../format.ts';

const path = '/etc/sysctl.d/60-enid.conf';

/**
 * sysctl.d(5): read at boot, and by udev's rule 99-systemd for each NIC that appears. Keys are written with slashes:
 * when the first separator is a slash, dots after it are part of a link's name (systemd and procps alike).
 */
export const sysctl = {
  files(network: DesiredNetwork): readonly TemplateUse[] {
    if (network.sysctls.length === 0) return [];
    const view = { sysctls: network.sysctls.map(({ key, value }) => ({ key, value })) };
    return [{ template: 'sysctl/enid.conf.liquid', path, mode: 0o644, mac: null, view }];
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
