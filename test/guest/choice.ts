import { allCases, coreCases } from './cases/all.ts';
import type { Scene } from './scene.ts';
import type { System } from './system.ts';
import { systems } from './systems.ts';

// ENID_GUEST: names of systems, separated by commas; `each-stack`: the first of every stack; else all.
const told = (process.env.ENID_GUEST ?? '').split(',').filter((name) => name !== '');
const unknown = told.filter((name) => name !== 'each-stack' && !systems.some((one) => one.name === name));
if (unknown.length > 0) throw new Error(`no such guest: ${unknown.join(', ')}`);

/** The guests of a stack that this run is about. */
export function chosen(lab: System['lab']): readonly System[] {
  const all = systems.filter((one) => one.lab === lab);
  if (told.length === 0) return all;
  if (told.includes('each-stack')) return all.slice(0, 1);
  return all.filter(({ name }) => told.includes(name));
}

// ENID_GUEST_CASES: `core`, or all by default.
const cases = process.env.ENID_GUEST_CASES ?? 'all';
if (cases !== 'all' && cases !== 'core') throw new Error(`no such cases: ${cases}`);

/** The cases that this run is about. */
export const chosenCases: (scene: Scene) => void = cases === 'core' ? coreCases : allCases;
