import { describe } from 'vitest';
import { besideCloudInit } from './cases/cloud-init.ts';
import { chosen } from './choice.ts';
import { useGuest } from './scene.ts';

describe.each(chosen('cloud-init'))('$name', (system) => besideCloudInit(useGuest(system)));
