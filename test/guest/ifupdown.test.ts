import { describe } from 'vitest';
import { chosen, chosenCases } from './choice.ts';
import { useGuest } from './scene.ts';

describe.each(chosen('ifupdown'))('$name', (system) => chosenCases(useGuest(system)));
