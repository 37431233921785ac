import { join } from 'node:path';
import type { KernelInImage } from '../formats/kernel-in-image.ts';
import type { Extent } from '../formats/piece.ts';
import type { Maker } from './disks.ts';
import type { DirectKernel } from './spec.ts';

/** The kernel looks for the next archive at such a boundary (`Documentation/driver-api/early-userspace/buffer-format.rst`). */
const initrdStep = 4;

/** Copies a kernel and its initrds, as one file, out of an image. */
export async function takeKernel(from: KernelInImage, dir: string, make: Maker): Promise<DirectKernel> {
  const taken = { file: join(dir, 'vmlinuz'), initrd: join(dir, 'initrd.img'), cmdline: from.cmdline };
  const copy = async (to: string, extents: readonly Extent[], start: number): Promise<number> => {
    let at = start;
    for (const extent of extents) {
      await make(copyPart(from.file, to, extent, at));
      at += extent.to - extent.from;
    }
    return at;
  };
  await copy(taken.file, from.kernel, 0);
  let end = 0;
  for (const initrd of from.initrds) {
    end = await copy(taken.initrd, initrd, Math.ceil(end / initrdStep) * initrdStep);
  }
  return taken;
}

function copyPart(from: string, to: string, part: Extent, at: number): string[] {
  const place = ['iflag=skip_bytes,count_bytes', `skip=${part.from}`, `count=${part.to - part.from}`];
  const target = at === 0 ? [] : ['oflag=seek_bytes', `seek=${at}`, 'conv=notrunc'];
  return ['dd', `if=${from}`, `of=${to}`, 'bs=1M', 'status=none', ...place, ...target];
}
