import { describe, expect, it } from 'vitest';
import { fail, ok, type Result } from '../model/problem.ts';
import type { ExecOutput } from '../ports/exec.ts';
import type { Ports } from '../ports/ports.ts';
import { readKernel, readLinks } from './read.ts';
import { sample } from './testdata/samples.ts';

type Kind = 'file' | 'directory';

/** The ports of a machine whose `ip` printed these; `present` are the paths it has. */
function machine(
  run: (argv: readonly string[], attempt: number) => Result<ExecOutput>,
  present: Readonly<Record<string, Kind>>,
  links: Readonly<Record<string, string>> = {},
): { ports: Pick<Ports, 'exec' | 'files'>; ran: string[] } {
  const ran: string[] = [];
  const exec = {
    run: (argv: readonly string[]) => {
      ran.push(argv.join(' '));
      return Promise.resolve(run(argv, ran.filter((line) => line === argv.join(' ')).length));
    },
  };
  const files = {
    kind: (path: string) => Promise.resolve(ok(present[path] ?? null)),
    linkTarget: (path: string) => Promise.resolve(ok(links[path] ?? null)),
    readText: () => Promise.resolve(ok(null)),
    list: () => Promise.resolve(ok(null)),
  };
  return { ports: { exec, files } as unknown as Pick<Ports, 'exec' | 'files'>, ran };
}

function printed(stdout: string, stderr = '', exitCode = 0): Result<ExecOutput> {
  return ok({ exitCode, stdout, stderr });
}

function el6(argv: readonly string[]): Result<ExecOutput> {
  return printed(sample('el6', argv[1] === '-4' ? 'ipv4' : argv[1] === '-6' ? 'ipv6' : 'link'));
}

const inet6 = { '/proc/net/if_inet6': 'file' } as const;

describe('readKernel', () => {
  it('reads everything in three processes', async () => {
    const { ports, ran } = machine(el6, { ...inet6, '/sys/class/net/eth1/device': 'directory' });
    const state = await readKernel(ports);
    if (!state.ok) throw new Error(state.problem.message);
    expect(ran).toHaveLength(3);
    expect(state.value.links.find((link) => link.name === 'eth1')?.hasDevice).toBe(true);
    expect(state.value.links.find((link) => link.name === 'bond0')?.hasDevice).toBe(false);
    expect(state.value.rules.map((rule) => rule.priority)).toEqual([0, 21001, 32766, 32767, 0, 32766]);
    expect(new Set(state.value.routes.map((route) => route.family))).toEqual(new Set(['ipv4', 'ipv6']));
    expect(state.value.addresses).toHaveLength(8);
  });

  it('never takes silence for an empty kernel', async () => {
    const silent = (argv: readonly string[]) => (argv[1] === '-4' ? printed('') : el6(argv));
    const { ports } = machine(silent, inet6);
    expect(await readKernel(ports)).toMatchObject({ ok: false, problem: { code: 'kernel-unreadable' } });
  });

  it('takes a kernel without IPv6 for one without IPv6', async () => {
    const { ports, ran } = machine(el6, {});
    const state = await readKernel(ports);
    expect(ran).toHaveLength(2);
    expect(state.ok && state.value.rules.every((rule) => rule.family === 'ipv4')).toBe(true);
  });

  it.each<[string, string, string | null]>([
    ['a part of the name', 'eth1@if5', null],
    ['what stands before the parent', 'eth1', 'eth0'],
  ])('knows by /sys that an @ is %s', async (_what, name, parent) => {
    const shown = parent === null ? name : `${name}@${parent}`;
    const line = `7: ${shown}: <UP> mtu 1500\\    link/ether 00:16:3e:00:00:01 brd ff:ff:ff:ff:ff:ff\n`;
    const { ports } = machine(() => printed(line), { [`/sys/class/net/${name}`]: 'directory' });
    const links = await readLinks(ports);
    expect(links.ok && links.value.map((link) => [link.name, link.parent])).toEqual([[name, parent]]);
  });

  it('finds the bridge of a link in /sys where `ip` does not say it', async () => {
    const brport = { '/sys/class/net/eth1/brport/bridge': '/sys/class/net/br0' };
    const { ports } = machine(el6, inet6, brport);
    const state = await readKernel(ports);
    expect(state.ok && state.value.links.find((link) => link.name === 'eth1')?.master).toBe('br0');
  });

  it('asks again when the dump changed while it was read, and gives up at last', async () => {
    const interrupted = 'Dump was interrupted and may be inconsistent.\n';
    const once = machine(
      (argv, attempt) => (attempt === 1 && argv[1] === '-4' ? printed('', interrupted) : el6(argv)),
      inet6,
    );
    const state = await readKernel(once.ports);
    expect(state.ok && state.value.rules.length).toBe(6);
    const always = machine((argv) => (argv[1] === '-4' ? printed('', interrupted) : el6(argv)), inet6);
    expect(await readKernel(always.ports)).toMatchObject({
      ok: false,
      problem: { code: 'kernel-unreadable' },
    });
  });

  it.each([
    [
      '-4',
      printed('default via 10.0.0.1 dev eth0 marvellous\n'),
      'kernel-unreadable',
      'ip -4 -o route show table all',
    ],
    [
      '-6',
      printed('', 'RTNETLINK answers: Operation not permitted\n', 2),
      'kernel-unreadable',
      'ip -6 -o -batch -',
    ],
    ['-d', printed('', 'Cannot open netlink socket\n', 1), 'kernel-unreadable', 'ip -d -o link show'],
    ['-4', fail('command-missing', 'ip', 'no such program'), 'command-missing', 'ip'],
  ] as const)('does not take a failure of %s for nothing there', async (option, result, code, place) => {
    const { ports } = machine((argv) => (argv[1] === option ? result : el6(argv)), inet6);
    expect(await readKernel(ports)).toMatchObject({ ok: false, problem: { code, place } });
  });
});
