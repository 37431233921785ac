// `make bench`: medians of several runs, ratios within one run; the results are kept as JSON to compare later.
// `node dist/bench.js [RUNS] [SECTION…]` measures only some of it; `memory:erofs,pc` only these of its images.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../src/base/package-root.ts';
import { version } from '../src/base/version.ts';
import { benchBoots } from './boots.ts';
import { type Built, benchBuilds, buildOnce } from './builds.ts';
import { type Figure, figuresTable } from './figures.ts';
import { benchFlash } from './flash.ts';
import { benchKernels } from './kernels.ts';
import { benchMedia } from './media.ts';
import { benchMemory, memoryImages } from './memory.ts';
import { benchProof } from './proof.ts';
import { benchSystems } from './systems.ts';

/** What follows a section's name on the command line, after a colon. */
function of(section: string): string | undefined {
  return process.argv.find((word) => word.startsWith(`${section}:`))?.slice(section.length + 1);
}

type Section = (root: string, built: Built, repetitions: number) => Promise<Figure[]>;
const sections: Readonly<Record<string, Section>> = {
  media: benchMedia,
  boots: (root, { store, recipe }, repetitions) => benchBoots(root, store, recipe, repetitions),
  proof: benchProof,
  systems: benchSystems,
  flash: benchFlash,
  memory: (_root, built) => benchMemory(built, memoryImages(of('memory'))),
  kernels: (_root, _built, repetitions) => benchKernels(repetitions),
};

const [runs = '3', ...words] = process.argv.slice(2);
const chosen = words.map((word) => word.replace(/:.*/, ''));
const names = ['builds', ...Object.keys(sections)];
const unknown = chosen.find((name) => !names.includes(name));
const repetitions = Number(runs);
if (unknown !== undefined || !Number.isInteger(repetitions) || repetitions < 1) {
  console.error(`usage: bench.js [RUNS] [${names.join('|')}]…`);
  process.exit(2);
}
// Some hundred boots, and a kernel that may have to be compiled: only where they are asked for.
const rare = ['memory', 'kernels'];
const wanted = (name: string): boolean =>
  chosen.length === 0 ? !rare.includes(name) : chosen.includes(name);
const root = mkdtempSync(join(tmpdir(), 'diskbios-bench-'));
try {
  console.log(
    `diskbios ${version}, recipes/cloud.yaml, ${repetitions} runs, ${availableParallelism()} processors\n`,
  );
  const figures: Figure[] = [];
  const tell = (found: readonly Figure[]): void => {
    figures.push(...found);
    console.log(figuresTable(found));
  };
  let built: Built;
  if (wanted('builds')) {
    const builds = await benchBuilds(root, repetitions);
    tell(builds.figures);
    built = builds;
  } else {
    built = await buildOnce(root);
  }
  for (const [name, section] of Object.entries(sections)) {
    if (wanted(name)) tell(await section(root, built, repetitions));
  }
  const results = join(packageRoot(), 'bench', 'results');
  mkdirSync(results, { recursive: true });
  const file = join(results, `${new Date().toISOString().replaceAll(':', '-')}.json`);
  writeFileSync(file, `${JSON.stringify({ version, repetitions, figures }, null, 2)}\n`);
  console.log(`saved in ${file}`);
} finally {
  rmSync(root, { recursive: true, force: true });
}
