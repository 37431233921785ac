import { statSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../src/base/package-root.ts';
import { storeDir } from '../src/store/paths.ts';
import { bootParts, bootTime } from './boot-parts.ts';
import type { Figure } from './figures.ts';

const mebibyte = 1024 ** 2;

/**
 * `cloudbios-fast` against the same livefs with Debian's cloud kernel and its modules, and against `cloud`: kernel start to READY, in turn;
 * and the size. In the user's own store, since a kernel that is not in it takes minutes to compile.
 */
export async function benchKernels(repetitions: number): Promise<Figure[]> {
  const root = packageRoot();
  const store = storeDir(process.env);
  const fast = await bootParts(store, join(root, 'recipes', 'cloudbios-fast.yaml'));
  const same = await bootParts(store, join(root, 'bench', 'same-livefs.yaml'));
  const cloud = await bootParts(store, join(root, 'recipes', 'cloud.yaml'));
  const values = { fast: [] as number[], againstSame: [] as number[], againstCloud: [] as number[] };
  for (let n = 0; n < repetitions; n += 1) {
    const [own, debian, larger] = [
      await bootTime(fast, 512 * mebibyte),
      await bootTime(same, 512 * mebibyte),
      await bootTime(cloud, 512 * mebibyte),
    ];
    values.fast.push(own);
    values.againstSame.push(own / debian);
    values.againstCloud.push(own / larger);
  }
  const small = await bootTime(fast, 128 * mebibyte);
  const bytes = statSync(fast.kernel).size + statSync(fast.initrd).size;
  return [
    { name: 'cloudbios-fast: kernel start to READY', unit: 's', values: values.fast, aim: undefined },
    { name: 'against the same livefs with Debian’s kernel', unit: 'x', values: values.againstSame, aim: 0.6 },
    { name: 'against cloud', unit: 'x', values: values.againstCloud, aim: 0.6 },
    { name: 'READY of cloudbios-fast with 128 MiB', unit: 's', values: [small], aim: undefined },
    { name: 'its kernel and initrd', unit: 'MB', values: [bytes / 1e6], aim: 30 },
  ];
}
