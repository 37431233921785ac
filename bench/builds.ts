import { spawn, spawnSync } from 'node:child_process';
import {
  cpSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../src/base/package-root.ts';
import { storeDir } from '../src/store/paths.ts';
import type { Figure } from './figures.ts';

/** What the other measurements start from. */
export interface Built {
  /** A store in which everything is built. */
  readonly store: string;
  readonly recipe: string;
}

export interface BuildBench extends Built {
  readonly figures: Figure[];
}

interface Run {
  readonly seconds: number;
  readonly peakMb: number;
}

/** Runs one build; its wall time and the builder's own peak memory. `more`: further words of the command line. */
export function timedBuild(
  cwd: string,
  store: string,
  recipe: string,
  more: readonly string[] = [],
): Promise<Run> {
  const argv = [
    join(packageRoot(), 'dist', 'diskbios.js'),
    'build',
    recipe,
    '-o',
    'out',
    '--timings',
    '--progress',
    'none',
    ...more,
  ];
  // What the run before left to be written must not slow this one down.
  spawnSync('sync');
  const started = performance.now();
  const child = spawn(process.execPath, argv, {
    cwd,
    env: { ...process.env, DISKBIOS_STORE: store },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let err = '';
  child.stderr.on('data', (bytes: Buffer) => {
    err += bytes.toString();
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      const seconds = (performance.now() - started) / 1000;
      const peak = /peak memory ([\d.]+) MB/.exec(err)?.[1];
      if (code !== 0 || peak === undefined)
        reject(new Error(`the build failed (${code ?? 'killed'}):\n${err}`));
      else resolve({ seconds, peakMb: Number(peak) });
    });
  });
}

/** A store with the packages of another one, and nothing made of them. */
export function onlyDownloads(from: string, to: string): string {
  rmSync(to, { recursive: true, force: true });
  const blobs = join('blobs', 'sha256');
  for (const prefix of readdirSync(join(from, blobs))) {
    mkdirSync(join(to, blobs, prefix), { recursive: true });
    for (const name of readdirSync(join(from, blobs, prefix))) {
      linkSync(join(from, blobs, prefix, name), join(to, blobs, prefix, name));
    }
  }
  return to;
}

/** Builds the recipe once, in the store of this machine's user or of `DISKBIOS_STORE`; nothing is measured. */
export async function buildOnce(root: string): Promise<Built> {
  const cwd = join(root, 'recipes');
  cpSync(join(packageRoot(), 'recipes'), cwd, { recursive: true });
  const recipe = join(cwd, 'cloud.yaml');
  const store = storeDir(process.env);
  await timedBuild(cwd, store, recipe);
  return { store, recipe };
}

/** Cold, warm, one file changed, nothing changed: the four builds that people wait for. */
export async function benchBuilds(root: string, repetitions: number): Promise<BuildBench> {
  const cwd = join(root, 'recipes');
  cpSync(join(packageRoot(), 'recipes'), cwd, { recursive: true });
  rmSync(join(cwd, 'cloud.lock.json'), { force: true });
  const recipe = join(cwd, 'cloud.yaml');
  const note = join(cwd, 'note');
  writeFileSync(note, 'one\n');
  writeFileSync(
    recipe,
    readFileSync(recipe, 'utf8').replace(
      /^pe:\n/m,
      'pe:\n  files:\n    - path: /etc/note\n      source: note\n',
    ),
  );
  const seconds: Record<'cold' | 'warm' | 'changed' | 'nothing', number[]> = {
    cold: [],
    warm: [],
    changed: [],
    nothing: [],
  };
  const peaks: number[] = [];
  let store = '';
  for (let n = 0; n < repetitions; n += 1) {
    store = join(root, `store-${n}`);
    rmSync(join(cwd, 'cloud.lock.json'), { force: true });
    const timed = async (kind: keyof typeof seconds, where: string): Promise<void> => {
      const run = await timedBuild(cwd, where, recipe);
      seconds[kind].push(run.seconds);
      peaks.push(run.peakMb);
    };
    await timed('cold', store);
    await timed('warm', onlyDownloads(store, join(root, 'warm')));
    writeFileSync(note, `changed ${n}\n`);
    await timed('changed', store);
    await timed('nothing', store);
  }
  const iso = statSync(join(cwd, 'out', 'cloud.iso')).size / 1e6;
  return {
    store,
    recipe,
    figures: [
      { name: 'build from nothing (empty store, network)', unit: 's', values: seconds.cold, aim: 8 },
      { name: 'every step, packages downloaded', unit: 's', values: seconds.warm, aim: 4 },
      { name: 'one file of the recipe changed', unit: 's', values: seconds.changed, aim: 0.8 },
      { name: 'nothing changed', unit: 's', values: seconds.nothing, aim: 0.25 },
      { name: "builder's peak memory", unit: 'MB', values: peaks, aim: 300 },
      { name: 'size of cloud.iso', unit: 'MB', values: [iso], aim: 48 },
    ],
  };
}
