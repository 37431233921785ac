import { statSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../src/base/package-root.ts';
import { storeDir } from '../src/store/paths.ts';
import { bootParts, bootTime } from './boot-parts.ts';
import type { Figure } from './figures.ts';

const mebibyte = 1024 ** 2;

/**
 * `cloudbios-fast` against `cloud`: kernel start to READY, in turn, with the very same initrd and with each its own, and the size. In the
 * user's own store, since a kernel that is not in it takes minutes to compile.
 */
export async function benchKernels(repetitions: number): Promise<Figure[]> {
  const recipe = (name: string): string => join(packageRoot(), 'recipes', `${name}.yaml`);
  const store = storeDir(process.env);
  const debian = await bootParts(store, recipe('cloud'));
  const fast = await bootParts(store, recipe('cloudbios-fast'));
  const values = { debian: [] as number[], own: [] as number[], same: [] as number[], each: [] as number[] };
  for (let n = 0; n < repetitions; n += 1) {
    const before = await bootTime(debian, 512 * mebibyte);
    const same = await bootTime({ ...fast, initrd: debian.initrd }, 512 * mebibyte);
    const own = await bootTime(fast, 512 * mebibyte);
    values.debian.push(before);
    values.own.push(own);
    values.same.push(same / before);
    values.each.push(own / before);
  }
  const small = await bootTime(fast, 128 * mebibyte);
  const bytes = statSync(fast.kernel).size + statSync(fast.initrd).size;
  return [
    { name: 'kernel start to READY: cloud', unit: 's', values: values.debian, aim: undefined },
    { name: 'kernel start to READY: cloudbios-fast', unit: 's', values: values.own, aim: undefined },
    { name: 'its kernel with the same initrd, against cloud', unit: 'x', values: values.same, aim: 0.6 },
    { name: 'cloudbios-fast against cloud', unit: 'x', values: values.each, aim: 0.6 },
    { name: 'READY of cloudbios-fast with 128 MiB', unit: 's', values: [small], aim: undefined },
    { name: 'its kernel and initrd', unit: 'MB', values: [bytes / 1e6], aim: 30 },
  ];
}
