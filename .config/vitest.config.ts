import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const root = fileURLToPath(new URL('..', import.meta.url));

// Systems beside the PE are still being built: `make systems`, no part of `make test` yet.
const systems = ['engines', 'isolation', 'lifecycle', 'power-cuts', 'systems-network', 'takeover'].map(
  (name) => `test/e2e/${name}.test.ts`,
);

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
          exclude: systems,
          testTimeout: 600_000,
          hookTimeout: 600_000,
          // One machine at a time: two would slow each other down past the time limits on two cores.
          fileParallelism: false,
          globalSetup: ['test/helpers/e2e-setup.ts'],
        },
      },
      {
        test: {
          ...{ name: 'systems', root, include: systems },
          ...{ testTimeout: 900_000, hookTimeout: 900_000, fileParallelism: false },
          globalSetup: ['test/helpers/e2e-setup.ts'],
        },
      },
      // Not part of `make test`: the programs under test are changed on purpose.
      { test: { name: 'mutation', root, include: ['test/mutation/**/*.test.ts'], testTimeout: 600_000 } },
    ],
  },
});
