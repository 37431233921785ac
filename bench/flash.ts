import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  closeSync,
  copyFileSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { packageRoot } from '../src/base/package-root.ts';
import { formatBmap } from '../src/formats/bmap.ts';
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

/** Of an image without holes, and of one that is mostly holes. */
const fullMiB = 512;
const sparseMiB = 2048;
const mebibyte = 2 ** 20;

/** A disk image of `fullMiB` without holes, from the start of a stick's. */
function fullImage(stick: string, path: string): void {
  copyFileSync(stick, path);
  const noise = readFileSync(stick).subarray(42 * mebibyte, 58 * mebibyte);
  const fd = openSync(path, 'r+');
  for (let at = statSync(path).size; at < fullMiB * mebibyte; at += noise.length)
    writeSync(fd, noise, 0, noise.length, at);
  closeSync(fd);
  truncateSync(path, fullMiB * mebibyte);
}

/** The same with a hole behind it, and a block map that names all before the hole. */
function sparseImage(full: string, path: string): void {
  copyFileSync(full, path);
  truncateSync(path, sparseMiB * mebibyte);
  const sha256 = createHash('sha256').update(readFileSync(full)).digest('hex');
  writeFileSync(
    `${path}.bmap`,
    formatBmap(sparseMiB * mebibyte, [{ from: 0, to: fullMiB * mebibyte, sha256 }]),
  );
}

/**
 * Writing an image to a file that is there, in turn with dd, and with what does by hand what flash does: sha256sum, dd, and cmp
 * of what comes from the disk. All end when the bytes are on the disk.
 */
export function benchFlash(root: string, { store, recipe }: Built, repetitions: number): Promise<Figure[]> {
  const dir = join(root, 'flash');
  mkdirSync(dir);
  const build = ['build', recipe, '--medium', 'usb', '-o', 'out', '--progress', 'none'];
  timed([process.execPath, cli, ...build], dir, { DISKBIOS_STORE: store });
  const [full, sparse, target] = ['full.img', 'sparse.img', 'disk'].map((name) => join(dir, name)) as [
    string,
    string,
    string,
  ];
  fullImage(join(dir, 'out', `${basename(recipe, '.yaml')}.img`), full);
  sparseImage(full, sparse);
  timed(['dd', 'if=/dev/zero', `of=${target}`, 'bs=4M', `count=${sparseMiB / 4}`], dir);
  const flash = (image: string, ...more: string[]): number =>
    timed(
      [process.execPath, cli, 'flash', image, target, '--yes', 'disk', '--progress', 'none', ...more],
      dir,
    );
  const dd = (image: string): number =>
    timed(['dd', `if=${image}`, `of=${target}`, 'bs=4M', 'conv=fsync,notrunc'], dir);
  const cmp = (): number => timed(['cmp', '-n', String(fullMiB * mebibyte), full, target], dir);
  // What is compared right after it was written comes from memory; this way it comes from the disk, as flash reads it.
  const forget = (): number => timed(['dd', `if=${target}`, 'iflag=nocache', 'count=0'], dir);
  const sums = 'SHA256SUMS';
  const sum = createHash('sha256').update(readFileSync(full)).digest('hex');
  const check = (): number => timed(['sha256sum', '--quiet', '-c', sums], dir);
  const times = {
    dd: [],
    ddAndCmp: [],
    byHand: [],
    checked: [],
    write: [],
    whole: [],
    ddSparse: [],
    sparse: [],
  } as Record<string, number[]>;
  const note = (name: string, seconds: number): void => void times[name]?.push(seconds);
  for (let i = 0; i < repetitions; i += 1) {
    const seconds = dd(full);
    note('dd', seconds);
    note('ddAndCmp', seconds + cmp());
    forget();
    const fromDisk = cmp();
    writeFileSync(join(dir, sums), `${sum}  ${basename(full)}\n`);
    note('byHand', check() + seconds + fromDisk);
    note('checked', flash(full));
    rmSync(join(dir, sums));
    note('write', flash(full, '--no-verify'));
    note('whole', flash(full));
    note('ddSparse', dd(sparse));
    note('sparse', flash(sparse, '--no-verify'));
  }
  rmSync(dir, { recursive: true, force: true });
  const of = (name: string): number[] => times[name] ?? [];
  const against = (name: string, own: string, base: string, aim: number | undefined): Figure => ({
    ...{ name, unit: 'x', aim },
    values: of(own).map((value, i) => value / (of(base)[i] ?? Number.NaN)),
  });
  // 0.8 of the speed is 1.25 of the time.
  return Promise.resolve([
    { name: `dd, ${fullMiB} MiB to a file`, unit: 's', values: of('dd'), aim: undefined },
    against('flash without reading back, by dd', 'write', 'dd', 1.25),
    against('flash, by dd and cmp from memory', 'whole', 'ddAndCmp', undefined),
    against('flash with a checksum, by sha256sum, dd and cmp from the disk', 'checked', 'byHand', 1.25),
    {
      name: `dd, ${sparseMiB} MiB of which a quarter is used`,
      unit: 's',
      values: of('ddSparse'),
      aim: undefined,
    },
    against('flash of it without reading back, by dd', 'sparse', 'ddSparse', (1.25 * fullMiB) / sparseMiB),
  ]);
}
