import { expect, test } from 'vitest';
import { diagnose } from '../doctor/checks.ts';
import type { Diagnosis } from '../doctor/diagnosis.ts';
import { nothingKnown, sceneOf } from '../doctor/testing.ts';
import { linkLines } from '../verify/testing.ts';
import { painter } from './paint.ts';
import { doctorJson, printDoctor } from './print-doctor.ts';

const plain = painter(false);

test('what is wrong comes first, each with what mends it below, aligned', () => {
  const text = printDoctor(diagnose(sceneOf({ links: linkLines(2, ['eth1']) })), plain);
  expect(text).toMatch(
    /^problem {2}link {12}eth1 {5}is DOWN\n {9}do: `enid reconfigure`\nwarning {2}public-address {2}eth1 /,
  );
  expect(text).toMatch(/\nok {7}container, ip-command, /);
  expect(text).toMatch(/\n1 problem, 1 warning, 1 could not be looked at\n$/);
});

test('where nothing is wrong it says where else to look', () => {
  const fine: Diagnosis = { check: 'link', state: 'ok', subject: 'eth0', found: 'is UP', advice: '' };
  expect(printDoctor([fine], plain)).toMatch(
    /nothing is wrong; if a peer still gets no answer, .*security groups/,
  );
});

test('checks that could not be made for one reason share a line', () => {
  const lines = printDoctor(diagnose(nothingKnown), plain).split('\n');
  expect(lines.filter((line) => /somewhere: nobody could be asked/.test(line)).length).toBeLessThan(8);
  expect(lines.join('\n')).toMatch(/^unknown +\S+ \+\d+ +machine/m);
});

test('for programs: every field of every check', () => {
  const diagnoses = diagnose(sceneOf());
  const json = JSON.parse(doctorJson(diagnoses)) as unknown;
  expect(json).toEqual({ schema: 1, checks: diagnoses });
});
