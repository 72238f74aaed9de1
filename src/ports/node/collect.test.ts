import type { ChildProcess } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { collect } from './collect.ts';

it('reads what is in the pipe before it lets go of it, however little time this process gets', async () => {
  const child = new EventEmitter() as ChildProcess;
  const pipe = new PassThrough();
  const collected = collect(child, pipe);
  child.emit('exit', 0, null);
  await new Promise((resolve) => setImmediate(resolve));
  // The moment that is left for output passes in one go; what the kernel holds comes after the timers.
  setImmediate(() => pipe.write('all of it'));
  const end = performance.now() + 300;
  while (performance.now() < end);
  expect(await collected).toBe('all of it');
});
