import { describe, expect, it } from 'vitest';
import { fail, ok } from '../model/problem.ts';
import type { Ports } from '../ports/ports.ts';
import { answering, gatewayProbe, metadataProbe, type Probe, type ProbeResult, silenced } from './probe.ts';
import { address } from './testing.ts';

/** A clock that moves only while something sleeps. */
function clock(): Pick<Ports['clock'], 'monotonic' | 'sleep'> & { passed: () => number } {
  let now = 0;
  return {
    monotonic: () => now,
    sleep: (milliseconds: number) => {
      now += milliseconds;
      return Promise.resolve();
    },
    passed: () => now,
  };
}

/** A machine whose neighbour table shows these states, one a look, the last for ever. */
function machine(states: readonly string[], request: unknown = fail('metadata-unreachable', '', 'refused')) {
  const ran: string[] = [];
  const knocks: string[] = [];
  let look = 0;
  const exec = {
    run: (argv: readonly string[]) => {
      ran.push(argv.join(' '));
      if (!argv.includes('show')) return Promise.resolve(ok({ exitCode: 0, stdout: '', stderr: '' }));
      const state = states[Math.min(look++, states.length - 1)] ?? '';
      const stdout = state === '' ? '' : `10.0.0.253 lladdr ee:ff:ff:ff:ff:ff ${state}\n`;
      return Promise.resolve(ok({ exitCode: 0, stdout, stderr: '' }));
    },
  };
  const http = {
    request: (asked: { url: string }) => {
      knocks.push(asked.url);
      return Promise.resolve(request);
    },
  };
  const ports = { exec, http, clock: clock() } as unknown as Pick<Ports, 'exec' | 'http' | 'clock'>;
  return { ports, ran, knocks };
}

const target = { link: 'eth0', gateway: address('10.0.0.253'), source: address('10.0.0.10') };

describe('gatewayProbe', () => {
  it('makes the kernel ask the neighbour it knows', async () => {
    const { ports, ran, knocks } = machine(['STALE', 'PROBE', 'REACHABLE']);
    expect(await gatewayProbe(ports, target).ask()).toBe('answered');
    expect(ran[1]).toBe('ip neigh change 10.0.0.253 dev eth0 nud probe');
    expect(knocks).toEqual([]);
  });

  it('makes the kernel look for a neighbour it does not know', async () => {
    const { ports, ran, knocks } = machine(['', 'INCOMPLETE', 'REACHABLE']);
    expect(await gatewayProbe(ports, target).ask()).toBe('answered');
    expect(ran.some((line) => line.includes('change'))).toBe(false);
    expect(knocks).toEqual(['http://10.0.0.253:9/']);
  });

  it.each([
    [['STALE', 'PROBE'], 'silent'],
    [['REACHABLE', 'PROBE', 'FAILED'], 'silent'],
    [['', 'INCOMPLETE'], 'silent'],
    [['', ''], 'unknown'],
    [['PERMANENT'], 'unknown'],
    [['STALE', 'STALE'], 'unknown'],
  ] as const)('makes of %s: %s', async (states, result) => {
    expect(await gatewayProbe(machine(states).ports, target).ask()).toBe(result);
  });

  it('knows nothing where `ip` fails', async () => {
    const { ports } = machine(['STALE']);
    const broken = { ...ports, exec: { run: () => Promise.resolve(fail('command-missing', 'ip', 'no')) } };
    expect(await gatewayProbe(broken as unknown as typeof ports, target).ask()).toBe('unknown');
  });
});

describe('metadataProbe', () => {
  it.each([
    [ok({ status: 200, headers: {}, body: '' }), 'answered'],
    [ok({ status: 403, headers: {}, body: '' }), 'answered'],
    [fail('metadata-too-large', '', ''), 'answered'],
    [fail('metadata-timeout', '', ''), 'silent'],
    [fail('metadata-unreachable', '', ''), 'silent'],
  ] as const)('%o', async (said, result) => {
    const probe = metadataProbe(machine([], said).ports, { url: 'http://100.100.100.200/' });
    expect(await probe.ask()).toBe(result);
  });
});

describe('the patience with the metadata', () => {
  it('is ten times what its answer took, from 1 s to 5 s', async () => {
    const time = clock();
    const timeouts: number[] = [];
    const took = [80, 300, 2000, 20];
    const http = {
      request: async ({ timeout }: { timeout: number }) => {
        timeouts.push(timeout);
        await time.sleep(took[timeouts.length - 1] ?? 0);
        return ok({ status: 200, headers: {}, body: '' });
      },
    };
    const ports = { http, clock: time } as unknown as Pick<Ports, 'http' | 'clock'>;
    const probe = metadataProbe(ports, { url: 'http://100.100.100.200/' });
    for (const _ of took) await probe.ask();
    expect(timeouts).toEqual([1000, 1000, 3000, 5000]);
  });
});

function probeOf(results: readonly ProbeResult[], name: Probe['name'] = 'gateway'): Probe {
  let asked = 0;
  return { name, ask: () => Promise.resolve(results[Math.min(asked++, results.length - 1)] ?? 'unknown') };
}

describe('probes before and after a change', () => {
  it('count only if they answered before', async () => {
    const [good, mute, odd] = [probeOf(['answered']), probeOf(['silent']), probeOf(['unknown'])];
    expect(await answering([good, mute, odd])).toEqual([good]);
  });

  it('leave a neighbour alone that has just answered, and ask an old one', async () => {
    const fresh = machine(['REACHABLE']);
    expect(await answering([gatewayProbe(fresh.ports, target)])).toHaveLength(1);
    expect(fresh.ran).toEqual(['ip neigh show to 10.0.0.253 dev eth0']);
    const old = machine(['STALE', 'STALE', 'PROBE', 'FAILED']);
    expect(await answering([gatewayProbe(old.ports, target)])).toEqual([]);
  });

  it('have three seconds to answer again', async () => {
    const late = probeOf(['silent', 'silent', 'silent', 'answered']);
    expect(await silenced([late], clock())).toEqual([]);
    const mute = probeOf(['silent']);
    const time = clock();
    expect(await silenced([mute, probeOf(['unknown'], 'metadata')], time)).toEqual([mute]);
    expect(time.passed()).toBeGreaterThanOrEqual(3000);
    expect(time.passed()).toBeLessThan(4000);
  });

  it('are asked three times, however long each takes', async () => {
    const time = clock();
    const slow = probeOf(['silent', 'silent', 'answered']);
    const ask = async (): Promise<ProbeResult> => {
      await time.sleep(4000);
      return slow.ask();
    };
    expect(await silenced([{ ...slow, ask }], time)).toEqual([]);
  });

  it('take no time where there is nothing to ask', async () => {
    const time = clock();
    expect(await silenced([], time)).toEqual([]);
    expect(time.passed()).toBe(0);
  });
});
