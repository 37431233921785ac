// `make soak`: cuts the power at random instants of operations on systems, of the first boot from a disk, or of writing personal
// settings, and looks at what the next boot makes of each disk.
import { mkdirSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { packageRoot } from '../../src/base/package-root.ts';
import { chooseAccelerator } from '../../src/boot/accel.ts';
import { qemuFromTree } from '../../src/boot/tools.ts';
import { qemuUsedLast } from '../../src/proof/qemu.ts';
import { storeDir } from '../../src/store/paths.ts';
import { openStore } from '../../src/store/store.ts';
import { killAll } from '../../src/sys/children.ts';
import { run } from '../../src/sys/run.ts';
import { removeAllScratch } from '../../src/sys/scratch.ts';
import { campaign, type Trials } from './campaign.ts';
import { type Cut, cutText, drawCut } from './cut.ts';
import {
  drawFirstBootCut,
  type FirstBootCut,
  firstBootCutText,
  kernelOf,
  readFirstBoot,
  recordFirstBoot,
  verifyFirstBoot,
} from './first-boot.ts';
import { type Bench, saveHalfBooted } from './pe.ts';
import {
  drawPersonalizeCut,
  type PersonalizeCut,
  personalizeCutText,
  recordPersonalize,
  verifyPersonalize,
} from './personalize-cuts.ts';
import { readRecording, record } from './record.ts';
import { verify } from './verify.ts';

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

const campaigns = ['systems', 'first-boot', 'personalize'];
const kind = setting('CAMPAIGN', 'systems');
if (!campaigns.includes(kind)) {
  console.error(`CAMPAIGN=${kind}: one of ${campaigns.join(', ')} was expected`);
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
async function prepare(medium: 'iso' | 'usb', file: string): Promise<Bench> {
  const cli = [process.execPath, join(root, 'dist', 'diskbios.js')];
  const env = Object.fromEntries(
    ['XDG_CACHE_HOME', 'DISKBIOS_STORE'].flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
  const image = join(results, file);
  const recipe = join(root, 'recipes', 'cloud.yaml');
  await run([...cli, 'build', '--with-agent', recipe, '--medium', medium, '-o', results], { env });
  await run([...cli, 'run', image, '--dry-run'], { env });
  const store = storeDir(process.env);
  const tree = qemuUsedLast(openStore(store));
  if (tree === undefined) throw new Error('there is no QEMU in the store');
  const tools = qemuFromTree(tree);
  return { tools, image, accelerator: await chooseAccelerator(tools, { cacheDir: store }) };
}

/** What is needed to try cuts of one kind. */
interface Prepared<C> extends Trials<C> {
  readonly bench: Bench;
  readonly text: (cut: C) => string;
  /** Nothing is kept that a cut could be tried with again, but for the seed; and no boot goes on from a state. */
  readonly plain?: boolean;
}

const folder = join(results, 'recording');
const recordings = kept === '' ? folder : kept;

async function operations(): Promise<Prepared<Cut>> {
  const bench = await prepare('iso', 'cloud-agent.iso');
  const recording =
    kept === '' ? await record(bench, folder, (line) => console.log(line)) : readRecording(kept);
  return {
    bench,
    draw: (number) => drawCut(recording, seed, number),
    verify: (cut, boots) => verify(bench, recording, cut, boots),
    text: cutText,
  };
}

async function firstBoot(): Promise<Prepared<FirstBootCut>> {
  const disk = await prepare('usb', 'cloud-agent.img');
  const first = kept === '' ? await recordFirstBoot(disk, folder) : readFirstBoot(kept);
  // Its initrd holds the personal settings.
  const bench = { ...disk, kernel: await kernelOf(first.base, results) };
  console.log(`recorded the first boot: ${first.requests.length} requests`);
  return {
    bench,
    draw: (number) => drawFirstBootCut(first, seed, number),
    verify: (cut, boots) => verifyFirstBoot(bench, first, cut, boots),
    text: (cut) => firstBootCutText(cut, first),
  };
}

async function personalizing(): Promise<Prepared<PersonalizeCut>> {
  const bench = await prepare('usb', 'cloud-agent.img');
  const recording = await recordPersonalize(bench, folder);
  return {
    bench,
    draw: (number) => drawPersonalizeCut(recording, seed, number),
    verify: (cut, boots) => verifyPersonalize(bench, recording, cut, boots),
    text: personalizeCutText,
    plain: true,
  };
}

async function tryAll<C>({ bench, text, plain = false, ...trials }: Prepared<C>): Promise<void> {
  console.log(`${bench.tools.name} with ${bench.accelerator.reason}`);
  const state = join(results, 'half-booted');
  if (!plain) await saveHalfBooted(bench, state);
  const recording = plain ? '' : ` RECORDING=${relative(process.cwd(), recordings)}`;
  const again = `CAMPAIGN=${kind} SEED=${seed}${recording}`;
  const { passed, failed } = await campaign(
    trials,
    { cuts, jobs, scratch: tmpdir(), state },
    (cut, number, verdict) => {
      console.log(`${verdict.length === 0 ? '✔' : '✖'} ${text(cut)}`);
      if (verdict.length === 0) return;
      for (const line of verdict.join('\n').split('\n')) console.log(`    ${line}`);
      console.log(`    again: ${again} CUT=${number} make soak`);
    },
  );
  console.log(`${passed} passed, ${failed} failed`);
  rmSync(state, { force: true });
  process.exitCode = failed > 0 ? 1 : 0;
}

mkdirSync(results, { recursive: true });
console.log(`CAMPAIGN=${kind} SEED=${seed} CUT=${cuts[0] ?? 1}-${cuts.at(-1) ?? 1} JOBS=${jobs} make soak\n`);
if (kind === 'first-boot') await tryAll(await firstBoot());
else if (kind === 'personalize') await tryAll(await personalizing());
else await tryAll(await operations());
