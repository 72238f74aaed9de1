import { describe, expect, it } from 'vitest';
import { ok } from '../model/problem.ts';
import type { ExecOptions } from '../ports/exec.ts';
import { askedDifferences, outsideHost } from './asked.ts';
import {
  address,
  kernelOf,
  linkLines,
  macOf,
  networkOf,
  secondary,
  settled4,
  settled6,
  static4,
  static6,
} from './testing.ts';

/** An `ip route get` that answers by a function of the question, e.g. `10.0.1.1 from 10.0.0.10`. */
function kernelThat(way: (question: string) => string | null) {
  const asked: string[] = [];
  const run = (_argv: readonly string[], options?: ExecOptions) => {
    const questions = (options?.input ?? '')
      .trim()
      .split('\n')
      .map((line) => line.replace('route get ', ''));
    asked.push(...questions);
    const answers = questions.map((question) => {
      const device = way(question);
      const [destination = ''] = question.split(' ');
      return device === null ? null : `${destination} dev ${device} \\    cache`;
    });
    const failed = answers.flatMap((answer, index) =>
      answer === null ? [`RTNETLINK answers: Network is unreachable\nCommand failed -:${index + 1}`] : [],
    );
    const stdout = answers.filter((answer) => answer !== null).join('\n');
    return Promise.resolve(ok({ exitCode: failed.length === 0 ? 0 : 1, stdout, stderr: failed.join('\n') }));
  };
  return { exec: { run }, asked };
}

const hosts = [address('100.100.100.200'), address('169.254.169.254'), address('fd00:100::100:200')];
const kernel = kernelOf(linkLines(2), settled4, settled6);
const network = networkOf(secondary(static4, static6));

/** The right ways for eth0 10.0.0.0/24 and eth1 10.0.1.0/24, IPv6 alike. */
function right(question: string): string {
  if (/ from (10\.0\.1\.|2001:db8:1:)/.test(question)) return 'eth1';
  if (/ from /.test(question)) return 'eth0';
  return /^(10\.0\.1\.|2001:db8:1:)/.test(question) ? 'eth1' : 'eth0';
}

async function wrongWays(
  way: (question: string) => string | null,
  wanted = network,
): Promise<readonly string[]> {
  const found = await askedDifferences(kernelThat(way).exec, kernel, wanted, hosts);
  if (!found.ok) throw new Error(found.problem.message);
  expect(found.value.every((entry) => entry.kind === 'wrong-way' && entry.mend.length === 0)).toBe(true);
  return found.value.map((entry) => entry.text);
}

describe('askedDifferences', () => {
  it('asks about every promise', async () => {
    const { exec, asked } = kernelThat(right);
    expect(await askedDifferences(exec, kernel, network, hosts)).toEqual({ ok: true, value: [] });
    expect(asked.sort()).toEqual(
      [
        outsideHost.ipv4,
        '10.0.1.1 from 10.0.0.10',
        `${outsideHost.ipv4} from 10.0.1.20`,
        '10.0.1.1 from 10.0.1.20',
        `${outsideHost.ipv4} from 10.0.1.21`,
        '10.0.1.1 from 10.0.1.21',
        '10.0.1.1',
        '100.100.100.200',
        '169.254.169.254',
        'fd00:100::100:200',
        outsideHost.ipv6,
        '2001:db8:1::1 from 2001:db8::10',
        `${outsideHost.ipv6} from 2001:db8:1::20`,
        '2001:db8:1::1 from 2001:db8:1::20',
        '2001:db8:1::1',
      ].sort(),
    );
  });

  it('sees the primary’s reply leave by a secondary, and says so of the machine', async () => {
    const way = (question: string) => (question === '10.0.1.1 from 10.0.0.10' ? 'eth1' : right(question));
    expect(await wrongWays(way)).toEqual([
      'a reply of 10.0.0.10 to 10.0.1.1 goes by eth1; it should go not by a secondary',
    ]);
  });

  it('sees a secondary’s reply leave by the primary, or not at all', async () => {
    const way = (question: string) =>
      question === '10.0.1.1 from 10.0.1.21'
        ? null
        : question.endsWith('from 10.0.1.20')
          ? 'eth0'
          : right(question);
    expect(await wrongWays(way)).toEqual([
      `a reply of 10.0.1.20 to ${outsideHost.ipv4} goes by eth0; it should go by eth1`,
      'a reply of 10.0.1.20 to 10.0.1.1 goes by eth0; it should go by eth1',
      'a reply of 10.0.1.21 to 10.0.1.1 goes nowhere (RTNETLINK answers: Network is unreachable); it should go by eth1',
    ]);
  });

  it('sees metadata and new connections go by a secondary', async () => {
    const way = (question: string) => (/^(169|198)\.[^ ]*$/.test(question) ? 'eth1' : right(question));
    expect(await wrongWays(way)).toEqual([
      `a new connection to ${outsideHost.ipv4} goes by eth1; it should go not by a secondary`,
      'metadata at 169.254.169.254 goes by eth1; it should go not by a secondary',
    ]);
  });

  it('leaves the primary’s ways to others that are no secondary', async () => {
    const way = (question: string) =>
      question.startsWith('198.') && !question.includes('from') ? 'tun0' : right(question);
    expect(await wrongWays(way)).toEqual([]);
    expect(
      await wrongWays((question) => (question.includes(' from ') ? right(question) : null)),
    ).toHaveLength(2);
  });

  it('lets the primary serve a subnet that it shares', async () => {
    const shared = { ...static4, sharedWithPrimary: true };
    const way = (question: string) => (question === '10.0.1.1' ? 'eth0' : right(question));
    expect(await wrongWays(way, networkOf(secondary(shared)))).toEqual([]);
    expect(await wrongWays(right, networkOf(secondary(shared)))).toHaveLength(1);
  });

  it('does not ask about an address that is not there', async () => {
    const { exec, asked } = kernelThat(right);
    const pending = networkOf(secondary({ ...static4, address: address('10.0.1.99'), further: [] }));
    await askedDifferences(exec, kernel, pending, hosts);
    expect(asked.filter((question) => question.includes('10.0.1.99'))).toEqual([]);
    expect(asked).toContain('10.0.1.1 from 10.0.0.10');
    expect(macOf(1)).toBe(pending.secondaries[0]?.mac);
  });
});
