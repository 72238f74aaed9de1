import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { identify } from './identify.ts';
import { parseAssignments, parseOsRelease } from './os-release.ts';
import {
  parseDebianVersion,
  parseLsbRelease,
  parseRedHatRelease,
  parseSuseRelease,
} from './release-files.ts';
import { filesOf } from './testdata/machine.ts';
import { releaseFixtures } from './testdata/releases.ts';

describe('identify', () => {
  it.each(Object.entries(releaseFixtures))('%s', async (_, { tree, expected }) => {
    const found = await identify(filesOf(tree));
    if (!found.ok) throw new Error(found.problem.message);
    expect(found.value.distro).toMatchObject(expected);
    expect(found.value.evidence.length).toBeGreaterThan(0);
  });

  it('does not take an unreadable release file for a missing one', async () => {
    const alone = await identify(filesOf({ '/etc/os-release': { unreadable: true } }));
    expect(alone).toMatchObject({
      ok: false,
      problem: { code: 'file-unreadable', place: '/etc/os-release' },
    });
    const other = await identify(
      filesOf({
        '/etc/os-release': { unreadable: true },
        '/usr/lib/os-release': 'ID=debian\nVERSION_ID=12\n',
      }),
    );
    expect(other).toMatchObject({ ok: true, value: { distro: { id: 'debian' } } });
    if (other.ok) expect(other.value.evidence[0]?.means).toBe('could not be asked');
  });
});

describe('release files', () => {
  it('reads quotes, escapes and comments', () => {
    const text = `# a\nA=plain\nB="with \\"quotes\\" and \\$HOME"\nC='single'\r\n D = no\nE=x # later\nF="a\nG=last\nG=wins\n`;
    expect(Object.fromEntries(parseAssignments(text))).toMatchObject({
      A: 'plain',
      B: 'with "quotes" and $HOME',
      C: 'single',
      E: 'x',
      G: 'wins',
    });
  });

  it.each(['', 'VERSION_ID=1', 'ID=', '\0\0', '<html>'])('finds no ID in %j', (text) => {
    expect(parseOsRelease(text)).toBeNull();
  });

  it('reads the old ones and only those', () => {
    expect(parseRedHatRelease('Fedora release 20 (Heisenbug)\n')).toMatchObject({
      id: 'fedora',
      version: '20',
    });
    expect(parseRedHatRelease('Derived from Red Hat')).toBeNull();
    expect(parseSuseRelease('openSUSE 13.2 (x86_64)\nVERSION = 13.2\nCODENAME = Harlequin\n')).toMatchObject({
      id: 'opensuse',
      version: '13.2',
    });
    expect(parseSuseRelease('SUSE')).toBeNull();
    expect(parseLsbRelease('LSB_VERSION="1.4"\n')).toBeNull();
    expect(parseDebianVersion('bullseye/sid\n')).toMatchObject({ version: '' });
    expect(parseDebianVersion('\n')).toBeNull();
  });

  it('throws at nothing', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        for (const parse of [
          parseOsRelease,
          parseRedHatRelease,
          parseSuseRelease,
          parseLsbRelease,
          parseDebianVersion,
        ]) {
          parse(text);
        }
      }),
    );
  });
});
