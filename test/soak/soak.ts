// `make soak`: cuts the power at random instants of operations on systems, and looks at what a boot makes of each disk.
import { mkdirSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { packageRoot } from '../../src/base/package-root.ts';
import { chooseAccelerator } from '../../src/boot/accel.ts';
import { qemuFromTree } from '../../src/boot/tools.ts';
import { qemuUsedLast } from '../../src/proof/qemu.ts';
import { storeDir } from '../../src/store/paths.ts';
import { openStore } from '../../src/store/store.ts';
import { killAll, run } from '../../src/sys/run.ts';
import { removeAllScratch } from '../../src/sys/scratch.ts';
import { campaign } from './campaign.ts';
import { cutText } from './cut.ts';
import { type Bench, saveHalfBooted } from './pe.ts';
import { readRecording, record } from './record.ts';

const root = packageRoot();
const results = join(root, 'test-results', 'soak');
const setting = (name: string, otherwise: string): string => {
  const value = process.env[name] ?? '';
  return value === '' ? otherwise : value;
};
function numberOf(name: string, otherwise: number): number {
  const value = setting(name, String(otherwise));
  if (/^[1-9]\d{0,5}$/.test(value)) return Number(value);
  console.error(`${name}=${value}: a number from 1 to 999999 was expected`);
  process.exit(2);
}

const seed = setting('SEED', String(Date.now() % 1_000_000));
/** `CUT=7` or `CUT=7-20`; else the first so many. */
function wantedCuts(): readonly number[] {
  const given = setting('CUT', `1-${numberOf('CUTS', 200)}`);
  const [, first, last = first] = /^([1-9]\d{0,5})(?:-([1-9]\d{0,5}))?$/.exec(given) ?? [];
  if (first !== undefined && Number(last) >= Number(first))
    return Array.from({ length: Number(last) - Number(first) + 1 }, (_, i) => Number(first) + i);
  console.error(`CUT=${given}: a number or a range such as 7-20 was expected`);
  process.exit(2);
}

const cuts = wantedCuts();
const jobs = numberOf('JOBS', availableParallelism());
const kept = setting('RECORDING', '');

const interrupt = (signal: NodeJS.Signals): void => {
  killAll();
  removeAllScratch();
  process.exit(signal === 'SIGINT' ? 130 : 143);
};
process.on('SIGINT', interrupt).on('SIGTERM', interrupt);

/** Builds the image, which the store mostly has already, and finds the QEMU that belongs to it. */
async function prepare(): Promise<Bench> {
  const cli = [process.execPath, join(root, 'dist', 'diskbios.js')];
  const env = Object.fromEntries(
    ['XDG_CACHE_HOME', 'DISKBIOS_STORE'].flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
  const image = join(results, 'cloudbios-agent.iso');
  const recipe = join(root, 'recipes', 'cloudbios.yaml');
  await run([...cli, 'build', '--with-agent', recipe, '-o', results], { env });
  await run([...cli, 'run', image, '--dry-run'], { env });
  const store = storeDir(process.env);
  const tree = qemuUsedLast(openStore(store));
  if (tree === undefined) throw new Error('there is no QEMU in the store');
  const tools = qemuFromTree(tree);
  return { tools, image, accelerator: await chooseAccelerator(tools, { cacheDir: store }) };
}

mkdirSync(results, { recursive: true });
console.log(`SEED=${seed} CUT=${cuts[0] ?? 1}-${cuts.at(-1) ?? 1} JOBS=${jobs} make soak\n`);
const bench = await prepare();
console.log(`${bench.tools.name} with ${bench.accelerator.reason}`);
const folder = join(results, 'recording');
const recording =
  kept === '' ? await record(bench, folder, (line) => console.log(line)) : readRecording(kept);
const state = join(results, 'half-booted');
await saveHalfBooted(bench, state);
const again = `SEED=${seed} RECORDING=${kept === '' ? relative(process.cwd(), folder) : kept}`;
const { passed, failed } = await campaign(
  bench,
  recording,
  { seed, cuts, jobs, scratch: tmpdir(), state },
  (cut, verdict) => {
    console.log(`${verdict.length === 0 ? '✔' : '✖'} ${cutText(cut)}`);
    if (verdict.length === 0) return;
    for (const line of verdict.join('\n').split('\n')) console.log(`    ${line}`);
    console.log(`    again: ${again} CUT=${cut.number} make soak`);
  },
);
console.log(`${passed} passed, ${failed} failed`);
rmSync(state);
process.exitCode = failed > 0 ? 1 : 0;
