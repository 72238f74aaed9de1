import { describe, expect, it } from 'vitest';
import type { Address } from '../model/address.ts';
import { ok } from '../model/problem.ts';
import type { ExecOptions } from '../ports/exec.ts';
import { parseAnswer, routesTo } from './ask.ts';

const at = (text: string): Address => text as Address;

/** An `ip` that gives one answer a family and keeps what it was asked. */
function asked(answers: Readonly<Record<string, { stdout: string; stderr?: string }>>) {
  const inputs: string[] = [];
  const run = (argv: readonly string[], options?: ExecOptions) => {
    inputs.push(`${argv[1]} ${options?.input}`);
    const { stdout = '', stderr = '' } = answers[argv[1] ?? ''] ?? {};
    return Promise.resolve(ok({ exitCode: stderr === '' ? 0 : 1, stdout, stderr }));
  };
  return { exec: { run }, inputs };
}

describe('routesTo', () => {
  it('keeps the order of the questions over families and refusals', async () => {
    const { exec, inputs } = asked({
      '-4': {
        stdout:
          '10.0.1.5 from 10.0.0.10 via 10.0.0.253 dev eth0 uid 0 \\    cache \n' +
          'local 10.0.0.10 dev lo table local src 10.0.0.10 uid 0 \\    cache <local> \n',
        stderr: 'RTNETLINK answers: Network is unreachable\nCommand failed -:2\n',
      },
      '-6': {
        stdout:
          '2001:db8:1::5 from 2001:db8:1::20 via fe80::1 dev eth1 table unheard-of src 2001:db8:1::20 metric 50 pref medium\n',
      },
    });
    const answers = await routesTo(exec, [
      { destination: at('10.0.1.5'), from: at('10.0.0.10') },
      { destination: at('2001:db8:1::5'), from: at('2001:db8:1::20') },
      { destination: at('192.0.2.1') },
      { destination: at('10.0.0.10') },
    ]);
    expect(answers).toEqual({
      ok: true,
      value: [
        { reachable: true, device: 'eth0', via: '10.0.0.253', source: null },
        { reachable: true, device: 'eth1', via: 'fe80::1', source: '2001:db8:1::20' },
        { reachable: false, why: 'RTNETLINK answers: Network is unreachable' },
        { reachable: true, device: 'lo', via: null, source: '10.0.0.10' },
      ],
    });
    expect(inputs).toEqual([
      '-4 route get 10.0.1.5 from 10.0.0.10\nroute get 192.0.2.1\nroute get 10.0.0.10\n',
      '-6 route get 2001:db8:1::5 from 2001:db8:1::20\n',
    ]);
  });

  it.each([
    ['', 'RTNETLINK answers: Operation not permitted\nCommand failed -:1\n'],
    ['', ''],
    ['something else\n', ''],
  ])('does not take "%s%s" for an answer', async (stdout, stderr) => {
    const { exec } = asked({ '-4': { stdout, stderr } });
    const answers = await routesTo(exec, [{ destination: at('10.0.0.1') }]);
    expect(answers).toMatchObject({ ok: false, problem: { code: 'kernel-unreadable' } });
  });

  it('reads the answers of old kernels', () => {
    const old =
      '10.0.1.5 from 10.0.0.10 via 10.0.0.253 dev eth0 \\    cache  mtu 1500 advmss 1460 hoplimit 64';
    expect(parseAnswer(old, 'ipv4', 'ip')).toMatchObject({ ok: true, value: { device: 'eth0' } });
    const refused =
      'unreachable 2001:db8::1 dev lo  table unspec  proto kernel  src ::1  metric -1  error -101';
    expect(parseAnswer(refused, 'ipv6', 'ip')).toMatchObject({ ok: true, value: { reachable: false } });
  });
});
