import { describe } from 'vitest';
import { stackCases } from './cases/all.ts';
import { chosen } from './choice.ts';
import { useGuest } from './scene.ts';

describe.each(chosen('none'))('$name', (system) => stackCases(useGuest(system)));
