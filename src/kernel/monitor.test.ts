import { describe, expect, it } from 'vitest';
import type { Following } from '../ports/exec.ts';
import { type KernelEvent, type KernelListener, parseEvent, watchKernel } from './monitor.ts';

describe('parseEvent', () => {
  it.each([
    [
      'Deleted 3: eth9@NONE: <BROADCAST,MULTICAST> mtu 1500 qdisc noop state DOWN group default \\    link/ether 00:16:3e:12:e7:01 brd ff:ff:ff:ff:ff:ff',
      { object: 'link', deleted: true, link: 'eth9', mac: '00:16:3e:12:e7:01' },
    ],
    [
      '8: tun0: <NO-CARRIER,POINTOPOINT,UP> mtu 1500 qdisc pfifo_fast state DOWN \\    link/none ',
      { object: 'link', deleted: false, link: 'tun0', mac: null },
    ],
    [
      '3: eth1    inet 10.0.1.20/24 scope global eth1\\       valid_lft forever preferred_lft forever',
      { object: 'address', deleted: false, link: 'eth1', mac: null },
    ],
    [
      'Deleted 3: eth1    inet6 2001:db8::5/64 scope global tentative \\       valid_lft forever',
      { object: 'address', deleted: true, link: 'eth1', mac: null },
    ],
    ['Deleted 21001:\tfrom 10.0.1.20 lookup 21001 ', { object: 'rule', deleted: true, link: null }],
    ['default via 10.0.1.253 dev eth1 table 21001 ', { object: 'route', deleted: false, link: 'eth1' }],
    ['Deleted blackhole 10.66.0.0/16 ', { object: 'route', deleted: true, link: null }],
    ['[ROUTE]Deleted 10.0.0.0/24 dev eth0', { object: 'route', deleted: true, link: 'eth0' }],
    ['something of a later `ip`', { object: 'route', deleted: false, link: null }],
  ])('reads %s', (line, event) => {
    expect(parseEvent(line)).toMatchObject(event);
  });

  it('is silent for blank lines', () => {
    expect(parseEvent('  ')).toBeNull();
  });
});

/** An `ip` that prints the lines of a form and ends with its code. */
function following(
  play: (argv: readonly string[]) => {
    lines: readonly string[];
    ends: number | null;
    errors?: readonly string[];
  },
) {
  const started: string[] = [];
  const follow = (
    argv: readonly string[],
    onLine: (line: string) => void,
    onError: (line: string) => void = () => {},
  ): Following => {
    started.push(argv.join(' '));
    const { lines, ends, errors = [] } = play(argv);
    for (const line of errors) onError(line);
    for (const line of lines) onLine(line);
    return { started: Promise.resolve(null), ended: Promise.resolve(ends), stop: () => {} };
  };
  return { exec: { follow }, started };
}

function listening() {
  const events: KernelEvent[] = [];
  const losses: string[] = [];
  const listener: KernelListener = {
    onEvent: (event) => events.push(event),
    onLoss: (message) => losses.push(message),
  };
  return { listener, events, losses };
}

describe('watchKernel', () => {
  const line = '3: eth1: <UP> mtu 1500 \\    link/ether 00:16:3e:12:e7:01 brd ff:ff:ff:ff:ff:ff';

  it('does without rules where `ip monitor` does not know the word', async () => {
    const { listener, events, losses } = listening();
    const { exec, started } = following((argv) =>
      argv.includes('rule')
        ? { lines: [], ends: 255, errors: ['Argument "rule" is unknown, try "ip monitor help".'] }
        : { lines: [line], ends: 1 },
    );
    const watch = watchKernel(exec, listener);
    expect(watch.seesRules).toBe(true);
    expect(await watch.ended).toBe(1);
    expect(watch.seesRules).toBe(false);
    expect(losses).toEqual([]);
    expect(started).toEqual(['ip -o monitor link address route rule', 'ip -o monitor link address route']);
    expect(events).toHaveLength(1);
  });

  it('leaves it to the caller to start anew once something was heard', async () => {
    const { exec, started } = following(() => ({ lines: [line], ends: 1 }));
    const watch = watchKernel(exec, listening().listener);
    expect(await watch.ended).toBe(1);
    expect(watch.seesRules).toBe(true);
    expect(started).toHaveLength(1);
  });

  it('tells of lost events, before and after the first that is heard', async () => {
    const { listener, events, losses } = listening();
    const error = 'netlink receive error No buffer space available (105)';
    const { exec } = following(() => ({ lines: [line], ends: 0, errors: [error, '', error] }));
    await watchKernel(exec, listener).ended;
    expect(losses).toEqual([error, error]);
    expect(events).toHaveLength(1);
  });

  it('starts nothing after it was stopped', async () => {
    const { exec, started } = following(() => ({ lines: [], ends: 255 }));
    const watch = watchKernel(exec, listening().listener);
    watch.stop();
    await watch.ended;
    expect(started).toHaveLength(1);
  });
});
