import { describe } from 'vitest';
import { cloudCases } from './cases/all.ts';
import { chosen, stacks } from './choice.ts';
import { huawei, kakaocloud } from './clouds.ts';
import { useGuest } from './scene.ts';

// Servers of the other clouds: of every stack with a network service the first, or those that are chosen.
const guests = stacks
  .filter((lab) => lab !== 'none')
  .flatMap((lab) => chosen(lab).slice(0, 1))
  .flatMap((system) =>
    [huawei, kakaocloud].map((cloud) => ({ name: `${system.name}-${cloud.id}`, system, cloud })),
  );

describe.each(guests)('$name', ({ name, system, cloud }) =>
  cloudCases(useGuest({ ...system, name }, { ipv6: true }, { cloud })),
);
