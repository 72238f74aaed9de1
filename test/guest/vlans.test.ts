import { describe } from 'vitest';
import { vlans } from './cases/vlans.ts';
import { chosen, stacks } from './choice.ts';
import { useGuest } from './scene.ts';

// A guest of its own: its primary has another cable. Of every stack the first, or those that are chosen.
const guests = stacks.flatMap((lab) => chosen(lab).slice(0, 1));

describe.each(guests)('$name', (system) => vlans(useGuest(system, { trunk: true, ipv6: true })));
