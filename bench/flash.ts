import { spawnSync } from 'node:child_process';
import {
  closeSync,
  copyFileSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { packageRoot } from '../src/base/package-root.ts';
import { parseBmap } from '../src/formats/bmap.ts';
import type { Built } from './builds.ts';
import type { Figure } from './figures.ts';

const cli = join(packageRoot(), 'dist', 'diskbios.js');

/** Runs a command to its end; its wall time in seconds. */
function timed(argv: readonly string[], cwd: string, env: NodeJS.ProcessEnv = {}): number {
  // What the run before left to be written must not slow this one down.
  spawnSync('sync');
  const started = performance.now();
  const [file = '', ...args] = argv;
  const { status, stderr } = spawnSync(file, args, { cwd, env: { ...process.env, ...env } });
  if (status !== 0) throw new Error(`${argv.join(' ')} failed:\n${stderr.toString()}`);
  return (performance.now() - started) / 1000;
}

/** Bytes of this many MiB without a hole. */
const fullMiB = 512;

function fullImage(stick: string, path: string): void {
  copyFileSync(stick, path);
  const { size } = statSync(path);
  const fd = openSync(path, 'r+');
  const noise = readFileSync(stick).subarray(42 * 2 ** 20, 58 * 2 ** 20);
  for (let at = size; at < fullMiB * 2 ** 20; at += noise.length) writeSync(fd, noise, 0, noise.length, at);
  closeSync(fd);
}

/**
 * Writing an image to a file that is there, in step with dd: the whole of an image without holes, and a stick's image of which
 * the block map names a part. Both end when the bytes are on the disk.
 */
export function benchFlash(root: string, { store, recipe }: Built, repetitions: number): Promise<Figure[]> {
  const dir = join(root, 'flash');
  mkdirSync(dir);
  timed([process.execPath, cli, 'build', recipe, '--medium', 'usb', '-o', 'out', '--progress', 'none'], dir, {
    DISKBIOS_STORE: store,
  });
  const stick = join(dir, 'out', `${basename(recipe, '.yaml')}.img`);
  const { size, ranges } = parseBmap(readFileSync(`${stick}.bmap`, 'utf8'));
  const share = ranges.reduce((sum, { from, to }) => sum + to - from, 0) / size;
  const full = join(dir, 'full.img');
  fullImage(stick, full);
  const target = join(dir, 'disk');
  copyFileSync(full, target);
  const flash = (image: string, ...more: string[]): number =>
    timed(
      [process.execPath, cli, 'flash', image, target, '--yes', 'disk', '--progress', 'none', ...more],
      dir,
    );
  const dd = (image: string): number =>
    timed(['dd', `if=${image}`, `of=${target}`, 'bs=4M', 'conv=fsync,notrunc'], dir);
  const times = { dd: [] as number[], unchecked: [] as number[], checked: [] as number[] };
  const ofStick = { dd: [] as number[], checked: [] as number[] };
  for (let i = 0; i < repetitions; i += 1) {
    times.dd.push(dd(full));
    times.unchecked.push(flash(full, '--no-verify'));
    times.checked.push(flash(full));
    ofStick.dd.push(dd(stick));
    ofStick.checked.push(flash(stick));
  }
  rmSync(dir, { recursive: true, force: true });
  const against = (
    name: string,
    values: readonly number[],
    base: readonly number[],
    aim: number,
  ): Figure => ({
    ...{ name, unit: 'x', aim },
    values: values.map((value, i) => value / (base[i] ?? Number.NaN)),
  });
  const bytes = `${fullMiB} MiB`;
  return Promise.resolve([
    { name: `dd, ${bytes} to a file`, unit: 's', values: times.dd, aim: undefined },
    against(`flash, ${bytes} without reading back, by dd`, times.unchecked, times.dd, 1.25),
    against(`flash, ${bytes} and read back, by dd`, times.checked, times.dd, 1.25),
    {
      name: `dd, a stick of ${Math.round(size / 2 ** 20)} MiB to a file`,
      unit: 's',
      values: ofStick.dd,
      aim: undefined,
    },
    // What the block map names is this share of it.
    against('flash, the stick and read back, by dd', ofStick.checked, ofStick.dd, 1.25 * share),
  ]);
}
