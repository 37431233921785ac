import { totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from '../test/helpers/longest-first.ts';

/**
 * An emulated machine keeps one processor busy, but not while it waits for us or for a time to pass: three where there is memory for
 * so many (each takes up to 1.3 GiB, and its files as much again in a folder that may be memory, too).
 */
const machines = totalmem() > 11 * 1024 ** 3 ? 3 : 2;

const root = fileURLToPath(new URL('..', import.meta.url));

export default defineConfig({
  root,
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      { test: { name: 'unit', root, include: ['test/unit/**/*.test.ts'], testTimeout: 20_000 } },
      {
        test: {
          name: 'e2e',
          root,
          include: ['test/e2e/*.test.ts'],
          testTimeout: 900_000,
          hookTimeout: 900_000,
          maxWorkers: machines,
          globalSetup: ['test/helpers/e2e-setup.ts'],
        },
      },
      // Not part of `make test`: it takes twenty minutes.
      { test: { name: 'debian-suite', root, include: ['test/by-hand/*.test.ts'], testTimeout: 3_600_000 } },
      // Not part of `make test`: the programs under test are changed on purpose.
      { test: { name: 'mutation', root, include: ['test/mutation/**/*.test.ts'], testTimeout: 600_000 } },
    ],
  },
});
