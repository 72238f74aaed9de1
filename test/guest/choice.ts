import type { System } from './system.ts';
import { systems } from './systems.ts';

// ENID_GUEST: names of systems, separated by commas; `each-stack`: the first of every stack; else all.
const told = (process.env.ENID_GUEST ?? '').split(',').filter((name) => name !== '');
const unknown = told.filter((name) => name !== 'each-stack' && !systems.some((one) => one.name === name));
if (unknown.length > 0) throw new Error(`no such guest: ${unknown.join(', ')}`);

const cases = process.env.ENID_GUEST_CASES ?? 'all';
if (cases !== 'all' && cases !== 'core') throw new Error(`no such cases: ${cases}`);

/** ENID_GUEST_CASES: `core`, or all by default. */
export const chosenCases: 'all' | 'core' = cases;

/** The test files of the stacks; each takes its own guests. */
export const stacks: readonly System['lab'][] = [
  ...new Set(systems.map(({ lab }) => lab).filter((lab) => lab !== 'cloud-init')),
];

/** The guests of a stack, or of another test file, that this run is about. */
export function chosen(lab: System['lab']): readonly System[] {
  const all = systems.filter((one) => one.lab === lab);
  if (told.length === 0) return all;
  if (told.includes('each-stack')) return all.slice(0, 1);
  return all.filter(({ name }) => told.includes(name));
}

/** The test files that have a guest in this run; the core is in those of the stacks. */
export function chosenFiles(): readonly string[] {
  const has = (lab: System['lab']): boolean => chosen(lab).length > 0;
  const ofStacks = stacks.filter(has);
  if (chosenCases === 'core') return ofStacks;
  return [
    ...ofStacks,
    ...(has('cloud-init') ? ['cloud-init'] : []),
    ...(has('none') ? ['config-drive'] : []),
    ...(has('networkd') ? ['bare-metal'] : []),
    ...(ofStacks.length > 0 ? ['vlans'] : []),
    ...(ofStacks.some((lab) => lab !== 'none') ? ['clouds'] : []),
  ];
}
