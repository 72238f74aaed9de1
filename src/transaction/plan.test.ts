import { describe, expect, it } from 'vitest';
import { marker, type OwnedFile, type RenderedFile } from '../model/file.ts';
import type { Mac } from '../model/mac.ts';
import type { FileContent } from '../ports/files.ts';
import { digestOf, planDigest } from './content.ts';
import { type PlanInput, planFiles } from './plan.ts';

const eth1 = '00:16:3e:00:00:02' as Mac;
const eth2 = '00:16:3e:00:00:03' as Mac;
const ifcfg = '/etc/sysconfig/network-scripts/ifcfg-eth1';
const rule = '/etc/sysconfig/network-scripts/rule-eth1';

function content(text: string, mode = 0o644): FileContent {
  return { bytes: Buffer.from(text), mode, uid: 0, gid: 0 };
}

/** What enid wrote: with its marker. */
const ours = (text: string) => `${marker}\n${text}`;

function rendered(path: string, text: string, mac: Mac | null = eth1): RenderedFile {
  return { path, text, mode: 0o644, mac, template: 't' };
}

function owned(path: string, text: string, mac: Mac | null = eth1): [string, OwnedFile] {
  return [path, { path, digest: digestOf(text), mode: 0o644, mac }];
}

function plan(
  input: Partial<Omit<PlanInput, 'disk' | 'owned'>> & {
    disk?: Record<string, FileContent>;
    links?: readonly string[];
    owned?: readonly [string, OwnedFile][];
  },
) {
  return planFiles({
    rendered: [],
    leaving: new Set(),
    force: false,
    adopt: false,
    ...input,
    owned: new Map(input.owned ?? []),
    disk: { contents: new Map(Object.entries(input.disk ?? {})), links: new Set(input.links ?? []) },
  });
}

/** `+path`, `~path`, `-path` for changes, `!path code` for what is kept. */
function brief({ changes, kept }: ReturnType<typeof planFiles>): readonly string[] {
  const sign = { create: '+', replace: '~', remove: '-' };
  return [
    ...changes.map((change) => `${sign[change.action]}${change.path}`),
    ...kept.map((file) => `!${file.path} ${file.problem.code}`),
  ];
}

describe('a file that should be there', () => {
  it('is created, and is ours then', () => {
    const result = plan({ rendered: [rendered(ifcfg, 'new')] });

    expect(result.changes).toEqual([
      { path: ifcfg, action: 'create', mac: eth1, before: null, after: { text: 'new', mode: 0o644 } },
    ]);
    expect(result.owned).toEqual(new Map([owned(ifcfg, 'new')]));
  });

  it('is left alone where bytes and mode are the same, and is ours even if state.json forgot', () => {
    const result = plan({ rendered: [rendered(ifcfg, 'same')], disk: { [ifcfg]: content('same') } });

    expect(brief(result)).toEqual([]);
    expect(result.owned).toEqual(new Map([owned(ifcfg, 'same')]));
  });

  it('is replaced where it is as we wrote it, or where only its mode is wrong', () => {
    const was = [owned(ifcfg, ours('old'))];
    expect(
      brief(
        plan({ rendered: [rendered(ifcfg, 'new')], owned: was, disk: { [ifcfg]: content(ours('old')) } }),
      ),
    ).toEqual([`~${ifcfg}`]);
    expect(
      brief(
        plan({
          rendered: [rendered(ifcfg, ours('old'))],
          owned: was,
          disk: { [ifcfg]: content(ours('old'), 0o600) },
        }),
      ),
    ).toEqual([`~${ifcfg}`]);
  });

  it.each([
    ['edited', { [ifcfg]: content(ours('a person was here')) }, '~'],
    ['deleted', {}, '+'],
  ] as const)('stays %s by a person, unless forced', (_, disk, sign) => {
    const input = {
      rendered: [rendered(ifcfg, 'new'), rendered(rule, 'r')],
      owned: [owned(ifcfg, ours('old'))],
      disk,
    };

    const kept = plan(input);
    expect(brief(kept)).toEqual([`+${rule}`, `!${ifcfg} edited`]);
    expect(kept.owned.get(ifcfg)).toEqual(owned(ifcfg, ours('old'))[1]);
    expect(kept.kept[0]?.change.after?.text).toBe('new');
    expect(brief(plan({ ...input, force: true }))).toEqual([`${sign}${ifcfg}`, `+${rule}`]);
  });

  it('is no longer edited once a person wrote what we would', () => {
    const result = plan({
      rendered: [rendered(ifcfg, 'new')],
      owned: [owned(ifcfg, 'old')],
      disk: { [ifcfg]: content('new') },
    });
    expect(brief(result)).toEqual([]);
    expect(result.owned).toEqual(new Map([owned(ifcfg, 'new')]));
  });

  it("holds back all files of a NIC where a person's stands, and of that NIC alone", () => {
    const other = '/etc/sysconfig/network-scripts/ifcfg-eth2';
    const input = {
      rendered: [
        rendered(ifcfg, 'new'),
        rendered(rule, 'r'),
        rendered(other, 'x', eth2),
        rendered('/etc/sysctl.d/60-enid.conf', 's', null),
      ],
      disk: { [ifcfg]: content('DEVICE=eth1\n') },
    };

    const result = plan(input);
    expect(brief(result)).toEqual([`+${other}`, '+/etc/sysctl.d/60-enid.conf', `!${ifcfg} unmanaged`]);
    expect([...result.owned.keys()]).not.toContain(rule);
    expect(brief(plan({ ...input, adopt: true }))).toContain(`~${ifcfg}`);
    expect(brief(plan({ ...input, force: true }))).toContain(`!${ifcfg} unmanaged`);
  });

  it.each([
    ['ours, forgotten', `${marker}; do not edit\nA=1\n`, true],
    [
      "cloud-init's netplan",
      '# This file is generated from information provided by the datasource.  Changes\n',
      true,
    ],
    [
      "cloud-init's older netplan",
      '# This file is generated from information provided by\n# the datasource.\n',
      true,
    ],
    [
      "cloud-init's ifcfg",
      '# Created by cloud-init on instance boot automatically, do not edit.\n#\nBOOTPROTO=dhcp\n',
      true,
    ],
    ["cloud-init's keyfile", '# Generated by cloud-init. Changes will be lost.\n\n[connection]\n', true],
    ['a person who mentions it', 'DEVICE=eth1\n# Created by cloud-init once, now mine\n', false],
    ['a script of ours, forgotten', `#!/bin/sh\n${marker}; do not edit\nexit 0\n`, true],
    ["a person's script", '#!/bin/sh\n# mine\nexit 0\n', false],
    ['a person who copied the marker lower down', `# mine\n${marker}\n`, false],
    ['an empty file', '', false],
  ])('replaces what stands there: %s', (_, text, replaced) => {
    const result = plan({ rendered: [rendered(ifcfg, 'new')], disk: { [ifcfg]: content(text) } });
    expect(brief(result)).toEqual([replaced ? `~${ifcfg}` : `!${ifcfg} unmanaged`]);
  });

  it('is never written through a link, not even by force', () => {
    const input = {
      rendered: [rendered(ifcfg, 'new')],
      disk: { [ifcfg]: content('new') },
      links: [ifcfg],
      force: true,
      adopt: true,
    };
    expect(brief(plan(input))).toEqual([`!${ifcfg} unmanaged`]);
    expect(brief(plan({ ...input, owned: [owned(ifcfg, 'new')] }))).toEqual([`!${ifcfg} edited`]);
  });
});

describe('a file that is no longer wanted', () => {
  it('goes, with its ownership', () => {
    const result = plan({ owned: [owned(ifcfg, ours('old'))], disk: { [ifcfg]: content(ours('old')) } });
    expect(brief(result)).toEqual([`-${ifcfg}`]);
    expect(result.owned.size).toBe(0);
  });

  it('is forgotten where it is gone already', () => {
    const result = plan({ owned: [owned(ifcfg, ours('old'))] });
    expect(brief(result)).toEqual([]);
    expect(result.owned.size).toBe(0);
  });

  it('stays where a person edited it, but not after its NIC has left, nor when forced', () => {
    const input = { owned: [owned(ifcfg, ours('old'))], disk: { [ifcfg]: content(ours('edited')) } };
    expect(brief(plan(input))).toEqual([`!${ifcfg} edited`]);
    expect(plan(input).owned.size).toBe(1);
    expect(brief(plan({ ...input, leaving: new Set([eth1]) }))).toEqual([`-${ifcfg}`]);
    expect(brief(plan({ ...input, force: true }))).toEqual([`-${ifcfg}`]);
  });

  it("stays whatever state.json says where it lacks our marker: it is somebody's", () => {
    const input = { owned: [owned(ifcfg, 'mine')], disk: { [ifcfg]: content('mine') } };
    for (const more of [{}, { force: true }, { leaving: new Set([eth1]) }, { adopt: true }])
      expect(brief(plan({ ...input, ...more }))).toEqual([`!${ifcfg} unmanaged`]);
    const wanted = { ...input, rendered: [rendered(ifcfg, 'new')] };
    expect(brief(plan({ ...wanted, force: true }))).toEqual([`!${ifcfg} unmanaged`]);
    expect(brief(plan({ ...wanted, adopt: true }))).toEqual([`~${ifcfg}`]);
  });
});

it('refuses a path rendered twice: that is a bug', () => {
  expect(() => plan({ rendered: [rendered(ifcfg, 'a'), rendered(ifcfg, 'b')] })).toThrow('twice');
});

it('has one digest for one plan, whatever the order', () => {
  const { changes } = plan({ rendered: [rendered(ifcfg, 'a'), rendered(rule, 'b')] });
  const digest = planDigest(changes, ['ifup eth1']);
  expect(planDigest([...changes].reverse(), ['ifup eth1'])).toBe(digest);
  expect(planDigest(changes, ['ifup eth2'])).not.toBe(digest);
  expect(planDigest(changes.slice(1), ['ifup eth1'])).not.toBe(digest);
});
