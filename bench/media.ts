import { readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Built, onlyDownloads, timedBuild } from './builds.ts';
import type { Figure } from './figures.ts';

const together = ['iso', 'usb', 'qcow2', 'netboot', 'oci'];

/** Several media against the ISO alone, with nothing but the packages there; and what of the stick must be written. */
export async function benchMedia(
  root: string,
  { store, recipe }: Built,
  repetitions: number,
): Promise<Figure[]> {
  const cwd = dirname(recipe);
  const warm = join(root, 'warm-media');
  const ratios: number[] = [];
  const timed = async (media: readonly string[]): Promise<number> => {
    const { seconds } = await timedBuild(cwd, onlyDownloads(store, warm), recipe, [
      '--medium',
      media.join(','),
    ]);
    return seconds;
  };
  // What only some media need is downloaded before anything is measured.
  await timedBuild(cwd, store, recipe, ['--medium', together.join(',')]);
  for (let n = 0; n < repetitions; n += 1) {
    const alone = await timed(['iso']);
    ratios.push((await timed(together)) / alone);
  }
  const iso = statSync(join(cwd, 'out', 'cloud.iso')).size;
  const mapped = mappedBytes(readFileSync(join(cwd, 'out', 'cloud.img.bmap'), 'utf8'));
  return [
    { name: `${together.join(', ')} / iso alone, warm`, unit: 'x', values: ratios, aim: 2 },
    { name: 'bytes to write of the stick / ISO', unit: 'x', values: [mapped / iso], aim: 1.1 },
  ];
}

/** Bytes of the blocks that a block map names. */
function mappedBytes(bmap: string): number {
  const block = Number(/<BlockSize> (\d+) </.exec(bmap)?.[1]);
  const ranges = [...bmap.matchAll(/<Range[^>]*> (\d+)(?:-(\d+))? </g)];
  return ranges.reduce((sum, [, first, last = first]) => sum + Number(last) - Number(first) + 1, 0) * block;
}
