import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { sha256 } from '../../../src/base/json.ts';
import { packageRoot } from '../../../src/base/package-root.ts';

const golden = join(packageRoot(), 'test', 'golden', 'step-versions.json');

/** Files that decide what an artifact holds: step kinds, and the code that they hand their work to. */
function sources(): string[] {
  return ['src/steps', 'src/steps/templates', 'src/rootfs', 'src/media', 'src/kernel'].flatMap((folder) =>
    readdirSync(join(packageRoot(), folder))
      .filter((name) => name.endsWith('.ts'))
      .sort()
      .map((name) => `${folder}/${name}`),
  );
}

it('code that makes artifacts has not changed unnoticed', () => {
  const now = Object.fromEntries(
    sources().map((file) => [file, sha256(readFileSync(join(packageRoot(), file))).slice(0, 16)]),
  );
  if (process.env['UPDATE_GOLDEN'] !== undefined) writeFileSync(golden, `${JSON.stringify(now, null, 2)}\n`);
  const known = JSON.parse(readFileSync(golden, 'utf8')) as Record<string, string>;
  const changed = Object.keys({ ...known, ...now }).filter((file) => known[file] !== now[file]);
  expect(
    changed,
    'Does the same input give other bytes now? Then raise the `version` of the step kinds concerned, or old artifacts are used. Then: UPDATE_GOLDEN=1 npx vitest run --config .config/vitest.config.ts test/unit/build/step-versions.test.ts',
  ).toEqual([]);
});
