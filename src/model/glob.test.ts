import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { globFault, globMatches, isGlob } from './glob.ts';

describe('globMatches', () => {
  it.each([
    ['eth[12]', ['eth1', 'eth2'], ['eth0', 'eth12', 'eth[12]', 'eth']],
    ['eth[0-2]', ['eth0', 'eth1', 'eth2'], ['eth3', 'eth-']],
    ['eth[!0]', ['eth1', 'ethx', 'eth!'], ['eth0', 'eth']],
    ['eth[^0]', ['eth1'], ['eth0']],
    ['e*1', ['e1', 'eth1', 'ens11'], ['eth10', 'f1']],
    ['eth?', ['eth1'], ['eth', 'eth10']],
    ['*', ['', 'eth0'], []],
    ['eth[[:digit:]]', ['eth1'], ['ethx']],
    ['a[]]b', ['a]b'], ['a[]]b', 'ab']],
    ['a[!]]b', ['axb'], ['a]b']],
    ['a[b-]', ['a-', 'ab'], ['ac']],
    ['eth\\*', ['eth*'], ['eth1']],
    ['eth[1', ['eth[1'], ['eth1']],
    ['eth1]', ['eth1]'], ['eth1']],
    ['eth1.100', ['eth1.100'], ['eth1x100']],
    ['(a|b)+$', ['(a|b)+$'], ['a', 'ab']],
  ])('%s', (glob, fitting, others) => {
    expect(fitting.filter((name) => !globMatches(glob, name))).toEqual([]);
    expect(others.filter((name) => globMatches(glob, name))).toEqual([]);
  });

  it('agrees with the C library, whatever the pattern', () => {
    const words = fc.string({ unit: fc.constantFrom(...'ab1-[]!^*?\\'), maxLength: 8 });
    const pairs = fc.sample(
      fc.tuple(words, fc.string({ unit: fc.constantFrom(...'ab1-[]!'), maxLength: 5 })),
      400,
    );
    const script = pairs.map(([glob, text]) => `libc.fnmatch(${c(glob)}, ${c(text)}, 0) == 0`).join(',\n');
    const python = `import ctypes\nlibc = ctypes.CDLL(None)\nprint("".join("1" if x else "0" for x in [\n${script}]))`;
    const ran = spawnSync('python3', ['-c', python], { encoding: 'utf8' });
    expect(ran.stderr).toBe('');
    const wrong = pairs.filter(
      ([glob, text], index) => globMatches(glob, text) !== (ran.stdout[index] === '1'),
    );
    expect(wrong).toEqual([]);
  });

  it('takes no time that grows without bound', () => {
    const began = performance.now();
    expect(globMatches(`${'*a'.repeat(31)}`, 'aaaaaaaaaaaaaab')).toBe(false);
    expect(performance.now() - began).toBeLessThan(200);
  });
});

/** A bytes literal of Python. */
function c(text: string): string {
  return `b${JSON.stringify(text)}`;
}

describe('globFault', () => {
  it.each([
    ['eth[1', 'has a [ without a ] after it'],
    ['eth[]', 'has a [ without a ] after it'],
    ['eth[!]', 'has a [ without a ] after it'],
    ['eth1]', 'has a ] without a [ before it'],
    ['eth[9-0]', 'has the range 9-0, which runs backwards'],
    ['eth[[:number:]]', 'has the unknown class [:number:]'],
    ['eth\\', 'ends with a backslash'],
  ])('%s %s', (glob, fault) => {
    expect(globFault(glob)).toBe(fault);
  });

  it.each(['eth1', 'eth*', 'eth[12]', 'eth[!0-3]', 'a[]]b', 'eth[[:digit:]]*'])(
    'finds none in %s',
    (glob) => {
      expect(globFault(glob)).toBeNull();
    },
  );
});

it('isGlob knows text that fits only itself', () => {
  expect(['eth*', 'eth?', 'eth[12]'].filter((text) => !isGlob(text))).toEqual([]);
  expect(['eth1', 'eth[1', 'eth1]', 'eth\\*'].filter((text) => isGlob(text))).toEqual([]);
});
