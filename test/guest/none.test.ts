import { describe } from 'vitest';
import { chosen, chosenCases } from './choice.ts';
import { useGuest } from './scene.ts';

describe.each(chosen('none'))('$name', (system) => chosenCases(useGuest(system)));
