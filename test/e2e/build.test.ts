import {
  appendFileSync,
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findProgram } from '../../src/sys/run.ts';
import {
  type CliSettings,
  leftovers,
  newFolder,
  processesNaming,
  recipeFolder,
  runCliProcess,
  sha256Of,
  startCli,
  storeWithDownloads,
} from '../helpers/builder.ts';

let root: string;
/** Has everything downloaded and built. */
let full: string;
let recipes: string;
let reference: string;

beforeAll(async () => {
  root = newFolder('build');
  full = join(root, 'store');
  recipes = recipeFolder(root);
  const built = await runCliProcess(['build', 'minimal.yaml', '-o', 'out'], { store: full, cwd: recipes });
  expect(built.err + built.out).toContain('minimal.iso');
  expect(built.code).toBe(0);
  reference = sha256Of(join(recipes, 'out', 'minimal.iso'));
});

afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

function foldersBelow(dir: string): string[] {
  const folders = readdirSync(dir, { withFileTypes: true }).filter((item) => item.isDirectory());
  return [dir, ...folders.flatMap((item) => foldersBelow(join(dir, item.name)))];
}

/** A copy of the recipes, with their lock, and a store without anything built. */
function fresh(): CliSettings {
  const cwd = recipeFolder(root);
  cpSync(join(recipes, 'minimal.lock.json'), join(cwd, 'minimal.lock.json'));
  return { store: storeWithDownloads(root, full), cwd };
}

const build = ['build', 'minimal.yaml', '-o', 'out', '--locked'];
const isoOf = (settings: CliSettings): string => join(settings.cwd, 'out', 'minimal.iso');

describe('the same lock and recipe', () => {
  it('give the same bytes on another path, umask, time zone, locale, processor count and day, and call no apt', async () => {
    const settings = fresh();
    await pause(1100);
    // One that lies first on PATH.
    const bin = join(settings.cwd, 'bin');
    mkdirSync(bin);
    for (const name of ['xz', 'sh']) symlinkSync(findProgram(name) ?? '', join(bin, name));
    const trap = join(bin, 'apt-get');
    writeFileSync(trap, '#!/bin/sh\n: >"$(dirname "$0")/called"\nexit 1\n');
    chmodSync(trap, 0o755);
    const env = { PATH: bin, TZ: 'Asia/Tokyo', LC_ALL: 'C', HOME: settings.cwd, LANG: 'tr_TR.UTF-8' };
    const result = await runCliProcess([...build, '--jobs', '1'], {
      ...settings,
      env,
      through: ['sh', '-c', 'umask 077; exec "$@"', 'sh'],
    });
    expect(result.code, result.err).toBe(0);
    expect(existsSync(join(bin, 'called'))).toBe(false);
    expect(sha256Of(isoOf(settings))).toBe(reference);
    const sbom = (dir: string): string => sha256Of(join(dir, 'out', 'minimal.spdx.json'));
    expect(sbom(settings.cwd)).toBe(sbom(recipes));
  });

  it.skipIf(process.getuid?.() !== 0)(
    'give the same bytes as another user (needs root to become one)',
    async () => {
      const settings = fresh();
      const nobody = 65_534;
      chmodSync(root, 0o755);
      for (const folder of [settings.cwd, ...foldersBelow(settings.store)]) chownSync(folder, nobody, nobody);
      const result = await runCliProcess(build, {
        ...settings,
        env: { HOME: settings.cwd },
        through: ['setpriv', `--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups'],
      });
      expect(result.code, result.err).toBe(0);
      expect(statSync(isoOf(settings)).uid).toBe(nobody);
      expect(sha256Of(isoOf(settings))).toBe(reference);
    },
  );

  it('give other bytes for another SOURCE_DATE_EPOCH, the same ones for the same', async () => {
    const hashes = [];
    // In stores that know nothing of each other, and one after the other in the same.
    const [settings, other] = [fresh(), fresh()];
    for (const [where, epoch] of [
      [settings, '1700000000'],
      [settings, '1700086400'],
      [other, '1700086400'],
    ] as const) {
      const result = await runCliProcess(build, { ...where, env: { SOURCE_DATE_EPOCH: epoch } });
      expect(result.code, result.err).toBe(0);
      hashes.push(sha256Of(isoOf(where)));
    }
    expect(hashes[1]).not.toBe(hashes[0]);
    expect(hashes[2]).toBe(hashes[1]);
  });
});

describe('a build from a lock', () => {
  it('refuses to go on without a lock, when told --locked', async () => {
    const settings = fresh();
    rmSync(join(settings.cwd, 'minimal.lock.json'));
    const result = await runCliProcess(build, settings);
    expect(result.code).toBe(2);
    expect(result.err).toContain('--locked');
  });
});

describe('a build that is cut off', () => {
  it('by kill -9 at any moment leaves a sound store', async () => {
    const settings = fresh();
    for (const ms of [300, 700, 1200, 1900]) {
      const running = startCli(build, settings);
      await pause(ms);
      running.child.kill('SIGKILL');
      await running.ended;
    }
    const result = await runCliProcess(build, settings);
    expect(result.code, result.err).toBe(0);
    expect(sha256Of(isoOf(settings))).toBe(reference);
    expect(leftovers(settings.store)).toEqual([]);
  });

  it('by Ctrl-C ends at once, and leaves no half-written output, no folder and no process', async () => {
    const settings = fresh();
    mkdirSync(join(settings.cwd, 'out'));
    writeFileSync(isoOf(settings), 'the image of yesterday');
    const running = startCli(build, settings);
    // It has begun to work, and so listens to signals.
    await expect.poll(() => leftovers(settings.store).length, { timeout: 60_000, interval: 20 }).not.toBe(0);
    running.child.kill('SIGINT');
    const { code, err } = await running.ended;
    expect(code, err).toBe(130);
    expect(err).toContain('interrupted');
    expect(leftovers(settings.store)).toEqual([]);
    expect(readdirSync(join(settings.cwd, 'out'))).toEqual(['minimal.iso']);
    expect(readFileSync(isoOf(settings), 'utf8')).toBe('the image of yesterday');
    expect(processesNaming(settings.store)).toEqual([]);
  });

  it('by a full disk says so, and is finished when there is room again', async () => {
    const settings = fresh();
    const small = join(settings.cwd, 'small');
    mkdirSync(small);
    const script = [
      `mount -t tmpfs -o size=24m tmpfs ${small}`,
      `ln -s ${settings.store}/blobs ${small}/blobs`,
      `DISKBIOS_STORE=${small} "$@"; echo "first: $?"`,
      `mount -o remount,size=600m ${small}`,
      `DISKBIOS_STORE=${small} "$@"; echo "second: $?"`,
    ].join('\n');
    const result = await runCliProcess(build, {
      ...settings,
      through: ['unshare', '-rm', 'sh', '-c', script, 'sh'],
    });
    expect(result.out + result.err).toContain('first: 1');
    expect(result.err).toContain('no space left on the disk');
    expect(result.out).toContain('second: 0');
    expect(sha256Of(isoOf(settings))).toBe(reference);
  });
});

describe('two builds at once', () => {
  it('share a store without harm', async () => {
    const settings = fresh();
    const other = { store: settings.store, cwd: fresh().cwd };
    const results = await Promise.all([runCliProcess(build, settings), runCliProcess(build, other)]);
    expect(results.map((result) => result.code)).toEqual([0, 0]);
    expect(sha256Of(isoOf(settings))).toBe(reference);
    expect(sha256Of(isoOf(other))).toBe(reference);
    expect(leftovers(settings.store)).toEqual([]);
  });
});

describe('what was built before', () => {
  it('is not built again, and a damaged artifact or output is noticed', async () => {
    const settings = { store: full, cwd: recipes };
    const again = await runCliProcess(build, settings);
    expect(again.out).toContain('(unchanged)');
    appendFileSync(join(recipes, 'out', 'minimal.iso'), 'x');
    const mended = await runCliProcess(build, settings);
    expect(mended.code, mended.err).toBe(0);
    expect(sha256Of(join(recipes, 'out', 'minimal.iso'))).toBe(reference);

    const plan = await runCliProcess(['plan', 'minimal.yaml', '--json'], settings);
    const rows = JSON.parse(plan.out) as { id: string; kind: string; state: string }[];
    const iso = rows.find((row) => row.kind === 'iso');
    expect(iso?.state).toBe('stored');
    const image = join(full, 'steps', iso!.id.slice(0, 2), iso!.id, 'image.iso');
    appendFileSync(image, 'damage');
    const rebuilt = await runCliProcess([...build, '--timings'], settings);
    expect(rebuilt.err).toContain('1 steps ran');
    expect(sha256Of(image)).toBe(reference);
  });

  it('is built again only as far as one changed file reaches, and plan says why', async () => {
    const cwd = recipeFolder(root);
    cpSync(join(recipes, 'minimal.lock.json'), join(cwd, 'minimal.lock.json'));
    const recipe = join(cwd, 'minimal.yaml');
    writeFileSync(join(cwd, 'note'), 'one\n');
    const own = 'pe:\n  files:\n    - path: /etc/note\n      source: note\n';
    writeFileSync(recipe, readFileSync(recipe, 'utf8').replace(/^pe:\n/m, own));
    const settings = { store: full, cwd };
    const first = await runCliProcess(build, settings);
    expect(first.code, first.err).toBe(0);
    writeFileSync(join(cwd, 'note'), 'two\n');
    const plan = await runCliProcess(['plan', 'minimal.yaml', '--json', '--all'], settings);
    const rows = JSON.parse(plan.out) as { kind: string; state: string; why: string[] }[];
    const runs = rows.filter((row) => row.state === 'runs');
    expect(runs.map((row) => row.kind).sort()).toEqual(['initrd', 'iso', 'manifest', 'memory', 'pe-layer']);
    expect(runs.find((row) => row.kind === 'pe-layer')?.why).toEqual(['file recipe/etc/note changed']);
  });
});
