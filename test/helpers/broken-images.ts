import {
  closeSync,
  copyFileSync,
  fstatSync,
  openSync,
  readSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/base/package-root.ts';
import type { Fixture } from './e2e-setup.ts';
import { asPlainUser, giveToPlainUser } from './plain-user.ts';

const cli = join(packageRoot(), 'dist', 'diskbios.js');

/** The minimal recipe with a menu that does not wait. */
// Its boot loader is our own, unsigned, so that it can be spoiled.
const sound = 'name: sound\nextends: minimal\nboot:\n  timeout: 0\n  secure: off\n';

/** Builds `sound.iso`, and from recipes that add these lines of YAML to it, images that are wrong on purpose. */
export async function buildVariants(
  { dir, cache, recipes, images }: Fixture,
  variants: Readonly<Record<string, string>>,
): Promise<void> {
  const texts = Object.entries(variants).map(([name, lines]) => [
    name,
    `name: ${name}\nextends: ./sound.yaml\n${lines}`,
  ]);
  const files = [['sound', sound], ...texts].map(([name = '', text = '']) => {
    const file = join(recipes, `${name}.yaml`);
    writeFileSync(file, text);
    const lock = join(recipes, `${name}.lock.json`);
    copyFileSync(join(recipes, 'minimal.lock.json'), lock);
    giveToPlainUser(lock);
    return file;
  });
  const argv = [process.execPath, cli, 'build', ...files, '-o', images];
  const { code, out, err } = await asPlainUser(argv, { cwd: dir, env: { HOME: dir, XDG_CACHE_HOME: cache } });
  if (code !== 0) throw new Error(`the broken images were not built:\n${err}${out}`);
}

/** Lines of YAML that put a shell script in place of the PE's init. */
export function initScript(...lines: readonly string[]): string {
  const script = ['#!/bin/sh', ...lines].map((line) => `        ${line}\n`).join('');
  return `pe:\n  files:\n    - path: /usr/sbin/init\n      mode: "0755"\n      content: |\n${script}`;
}

/** A copy of an image in which every occurrence of a text is replaced by another of the same length. */
export function spoiled(image: string, copy: string, from: string, to: string): string {
  if (from.length !== to.length) throw new Error('the texts differ in length');
  copyFileSync(image, copy);
  const fd = openSync(copy, 'r+');
  const bytes = Buffer.alloc(fstatSync(fd).size);
  readSync(fd, bytes, 0, bytes.length, 0);
  let found = 0;
  for (let at = bytes.indexOf(from); at !== -1; at = bytes.indexOf(from, at + 1)) {
    writeSync(fd, to, at);
    found += 1;
  }
  closeSync(fd);
  if (found === 0) throw new Error(`${from} is not in ${image}`);
  return copy;
}

/** A copy of an image that ends after a part of its bytes, as one that was not downloaded whole. */
export function cutOff(image: string, copy: string, bytes: number): string {
  copyFileSync(image, copy);
  truncateSync(copy, bytes);
  return copy;
}

/** A file of zeros. */
export function emptyDisk(file: string, bytes: number): string {
  writeFileSync(file, '');
  truncateSync(file, bytes);
  return file;
}
