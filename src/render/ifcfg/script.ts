import type { Family } from '../../model/address.ts';
import type { DesiredInterface, DesiredPrimary, PolicyRoute, PolicyRule } from '../../model/desired.ts';
import type { RenderedFile } from '../../model/file.ts';
import type { Problem } from '../../model/problem.ts';
import { outputProblem } from '../check.ts';
import { shape } from '../shapes.ts';
import { routeProblem, routeWords, ruleProblem, ruleWords } from './iproute.ts';

/**
 * What the templates of scripts print: `nics`, whose MACs are tested before anything is done (the NIC itself, and the
 * primary where a route leaves by it), and the words for `ip`. IPv6 routes name no source: the address may be tentative
 * when the script is run, and the kernel would refuse the route.
 */
export function scriptView(
  nic: DesiredInterface,
  primary: DesiredPrimary,
  policy: { readonly routes: readonly PolicyRoute[]; readonly rules: readonly PolicyRule[] },
): Readonly<Record<string, unknown>> {
  const flag = (family: Family) => (family === 'ipv4' ? '-4' : '-6');
  const byPrimary = policy.routes.some((route) => route.device === primary.name);
  return {
    name: nic.name,
    nics: [nic, ...(byPrimary ? [primary] : [])].map(({ name, mac }) => ({ name, mac })),
    routes: policy.routes.map((route) => ({
      flag: flag(route.family),
      words: routeWords(route, route.family === 'ipv6' ? { source: null } : {}),
    })),
    rules: policy.rules.map((rule) => ({ flag: flag(rule.family), words: ruleWords(rule) })),
  };
}

const macTest = new RegExp(
  `^\\[ "\\$\\(cat /sys/class/net/(${shape.link})/address 2>/dev/null\\)" = (${shape.mac}) \\] \\|\\| exit 0$`,
);
const route = /^ip (-[46]) route replace (.+?)(?: \|\| :)?$/;
const rule = /^ip (-[46]) rule (?:add|del) (.+?)(?: 2>\/dev\/null)?(?: \|\| :)?$/;

/** Lines that a script may hold beside comments, the MAC tests and the calls of `ip`. */
const plain: readonly RegExp[] = [
  /^PATH=\/sbin:\/usr\/sbin:\/bin:\/usr\/bin$/,
  /^exit 0$/,
  new RegExp(`^\\[ "\\$\\{1:-\\}" = ${shape.link} \\] \\|\\| exit 0$`),
  /^case "\$\{2:-\}" in$/,
  /^(up|down|pre-down|dhcp4-change|dhcp6-change)(\|(up|down|pre-down|dhcp4-change|dhcp6-change))*\)$/,
  /^;;$/,
  /^esac$/,
];

/**
 * Reads a script line by line: it may call `ip` for rules and routes with a table and nothing else, and only after it
 * has made sure that the NIC has its MAC (by then a clone may have given the name to another one).
 */
export function checkScript(file: RenderedFile): readonly Problem[] {
  const problems: Problem[] = [];
  const report = (line: number, message: string) => problems.push(outputProblem(file, line, message));
  let tested = false;
  const lines = file.text.split('\n');
  if (lines[0] !== '#!/bin/sh') report(1, 'a script begins with #!/bin/sh');
  for (const [index, text] of lines.entries()) {
    const line = text.trim();
    if (line === '' || line.startsWith('#')) continue;
    const mac = macTest.exec(line)?.[2];
    if (mac !== undefined) tested ||= mac === file.mac;
    else if (line.startsWith('ip ') && !tested) report(index + 1, `before the test for ${file.mac}`);
    const problem = mac === undefined ? lineProblem(line) : null;
    if (problem !== null) report(index + 1, problem);
  }
  if (!tested) report(0, `does not test for ${file.mac}`);
  if ((file.mode & 0o111) === 0) report(0, 'a script must be executable');
  return problems;
}

function lineProblem(line: string): string | null {
  if (plain.some((shape) => shape.test(line))) return null;
  const [, routeFlag, routeText] = route.exec(line) ?? [];
  if (routeFlag !== undefined && routeText !== undefined) return routeProblem(routeText, familyOf(routeFlag));
  const [, ruleFlag, ruleText] = rule.exec(line) ?? [];
  if (ruleFlag !== undefined && ruleText !== undefined) return ruleProblem(ruleText, familyOf(ruleFlag));
  return `"${line}" is nothing a script of ours does`;
}

function familyOf(flag: string): Family {
  return flag === '-4' ? 'ipv4' : 'ipv6';
}
