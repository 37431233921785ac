// `make bench`: medians of several runs, ratios within one run; the results are kept as JSON to compare later.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../src/base/package-root.ts';
import { version } from '../src/base/version.ts';
import { benchBoots } from './boots.ts';
import { benchBuilds } from './builds.ts';
import { figuresTable } from './figures.ts';

const repetitions = Number(process.argv[2] ?? '3');
const root = mkdtempSync(join(tmpdir(), 'diskbios-bench-'));
try {
  console.log(
    `diskbios ${version}, recipes/cloudbios.yaml, ${repetitions} runs, ${availableParallelism()} processors\n`,
  );
  const builds = await benchBuilds(root, repetitions);
  console.log(figuresTable(builds.figures));
  const boots = await benchBoots(root, builds.store, builds.recipe, repetitions);
  console.log(figuresTable(boots));
  const results = join(packageRoot(), 'bench', 'results');
  mkdirSync(results, { recursive: true });
  const file = join(results, `${new Date().toISOString().replaceAll(':', '-')}.json`);
  const figures = [...builds.figures, ...boots];
  writeFileSync(file, `${JSON.stringify({ version, repetitions, figures }, null, 2)}\n`);
  console.log(`saved in ${file}`);
} finally {
  rmSync(root, { recursive: true, force: true });
}
