import { describe, expect, it } from 'vitest';
import type { IpCommand } from '../model/difference.ts';
import { fail, ok } from '../model/problem.ts';
import type { ExecOptions } from '../ports/exec.ts';
import { runBatch } from './batch.ts';

const up: IpCommand = { family: 'link', line: 'link set dev eth1 up' };
const four: IpCommand = { family: 'ipv4', line: 'address replace 10.0.1.20/32 dev eth1' };
const six: IpCommand = { family: 'ipv6', line: 'address replace 2001:db8::1/128 dev eth1' };

function runner(stderr: Readonly<Record<string, string>> = {}) {
  const ran: string[] = [];
  const run = (argv: readonly string[], options?: ExecOptions) => {
    ran.push(`${argv.join(' ')}: ${options?.input}`);
    const said = stderr[argv[1] ?? ''] ?? '';
    return Promise.resolve(ok({ exitCode: said === '' ? 0 : 1, stdout: '', stderr: said }));
  };
  return { exec: { run }, ran };
}

describe('runBatch', () => {
  it('runs one process a family, links with the first', async () => {
    const { exec, ran } = runner();
    expect(await runBatch(exec, [six, up, four])).toEqual({ ok: true, value: [] });
    expect(ran).toEqual([
      'ip -4 -force -batch -: link set dev eth1 up\naddress replace 10.0.1.20/32 dev eth1\n',
      'ip -6 -force -batch -: address replace 2001:db8::1/128 dev eth1\n',
    ]);
  });

  it('takes links along with IPv6 where there is nothing of IPv4', async () => {
    const { exec, ran } = runner();
    await runBatch(exec, [up, six]);
    expect(ran).toEqual([`ip -6 -force -batch -: ${up.line}\n${six.line}\n`]);
  });

  it('runs nothing for nothing', async () => {
    const { exec, ran } = runner();
    expect(await runBatch(exec, [])).toEqual({ ok: true, value: [] });
    expect(ran).toEqual([]);
  });

  it('says which commands failed and why', async () => {
    const { exec } = runner({
      '-4': 'Error: Nexthop has invalid gateway.\nCommand failed -:2\n',
      '-6': 'RTNETLINK answers: File exists\nCommand failed -:1\n',
    });
    expect(await runBatch(exec, [up, four, six])).toEqual({
      ok: true,
      value: [
        { command: four, message: 'Error: Nexthop has invalid gateway.' },
        { command: six, message: 'RTNETLINK answers: File exists' },
      ],
    });
  });

  it('runs the commands one by one when `ip` does not understand one of them', async () => {
    const ran: string[] = [];
    const run = (argv: readonly string[]) => {
      const line = argv.slice(2).join(' ');
      ran.push(line);
      if (line === '-force -batch -') {
        return Promise.resolve(ok({ exitCode: 255, stdout: '', stderr: 'Error: argument "x" is wrong' }));
      }
      const stderr =
        line === up.line ? 'RTNETLINK answers: File exists' : line === six.line ? 'Error: odd' : '';
      return Promise.resolve(ok({ exitCode: stderr === '' ? 0 : 2, stdout: '', stderr }));
    };
    const failed = await runBatch({ run }, [up, six, { family: 'ipv6', line: 'rule add lookup 7' }]);
    expect(failed).toEqual({ ok: true, value: [{ command: six, message: 'Error: odd' }] });
    expect(ran).toEqual(['-force -batch -', up.line, six.line, 'rule add lookup 7']);
  });

  it('does not take a failure without a line number for success', async () => {
    const { exec } = runner({ '-4': 'Cannot open netlink socket: Operation not permitted\n' });
    expect(await runBatch(exec, [four])).toMatchObject({ ok: false, problem: { code: 'command-failed' } });
    const missing = { run: () => Promise.resolve(fail('command-missing', 'ip', 'no such program')) };
    expect(await runBatch(missing, [four])).toMatchObject({ ok: false });
  });
});
