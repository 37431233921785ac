import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const root = fileURLToPath(new URL('..', import.meta.url));

export default defineConfig({
  root,
  test: {
    projects: [
      { test: { name: 'unit', root, include: ['test/unit/**/*.test.ts'], testTimeout: 20_000 } },
      {
        test: {
          name: 'e2e',
          root,
          include: ['test/e2e/*.test.ts'],
          testTimeout: 900_000,
          hookTimeout: 900_000,
          // An emulated machine keeps one processor busy, the tests themselves hardly any.
          maxWorkers: 2,
          globalSetup: ['test/helpers/e2e-setup.ts'],
        },
      },
      // Not part of `make test`: the programs under test are changed on purpose.
      { test: { name: 'mutation', root, include: ['test/mutation/**/*.test.ts'], testTimeout: 600_000 } },
    ],
  },
});
