import { describe } from 'vitest';
import { vlans } from './cases/vlans.ts';
import { chosen } from './choice.ts';
import { useGuest } from './scene.ts';
import { systems } from './systems.ts';

// A guest of its own: its primary has another cable. Of every stack the first, or those that are chosen.
const labs = [...new Set(systems.map(({ lab }) => lab))];
const guests = labs.flatMap((lab) => chosen(lab).slice(0, 1));

describe.each(guests)('$name', (system) => vlans(useGuest(system, { trunk: true })));
