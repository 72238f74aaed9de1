import { defineConfig } from 'vitest/config';

// One guest at a time, its cases in order; the first broken one leaves the rest of that guest unproved.
export default defineConfig({
  test: {
    include: ['test/guest/**/*.test.ts'],
    testTimeout: 300_000,
    hookTimeout: 900_000,
    fileParallelism: false,
    maxWorkers: 1,
    reporters: ['verbose'],
  },
});
