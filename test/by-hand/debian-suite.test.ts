import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { packageRoot } from '../../src/base/package-root.ts';
import { findMirrors } from '../../src/debian/mirror.ts';
import { loadRecipe } from '../../src/recipe/load.ts';
import { run } from '../../src/sys/run.ts';
import { serveMirror } from '../helpers/mirror.ts';

/** Those variables of the environment that are there. */
const known = (names: readonly string[]): Record<string, string> =>
  Object.fromEntries(
    names.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  );

test('`systemx template add debian:trixie` in a booted PE', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'debian-suite-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const written = readFileSync(join(packageRoot(), 'test/by-hand/debian-suite.yaml'), 'utf8');
  const file = join(dir, 'debian-suite.yaml');
  writeFileSync(file, written);
  const { recipe } = await loadRecipe(file);
  const mirror = await serveMirror(findMirrors(recipe).main);
  onTestFinished(() => mirror.close());
  writeFileSync(file, written.replace('MIRROR\n', `http://10.0.2.2:${mirror.port}/debian\n`));
  const { stderr } = await run(
    [process.execPath, join(packageRoot(), 'dist', 'diskbios.js'), 'test', file, '-o', join(dir, 'out')],
    { cwd: dir, env: known(['HOME', 'XDG_CACHE_HOME', 'DISKBIOS_MIRROR']), okCodes: [0, 1] },
  );
  expect(stderr).toMatch(/\b1 passed, 0 failed/);
});
