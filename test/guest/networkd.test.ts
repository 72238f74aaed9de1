import { describe } from 'vitest';
import { chosen, chosenCases } from './choice.ts';
import { useGuest } from './scene.ts';

describe.each(chosen('networkd'))('$name', (system) => chosenCases(useGuest(system)));
