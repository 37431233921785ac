import { FailedError } from '../base/errors.ts';
import type { KernelInImage } from '../formats/kernel-in-image.ts';
import type { Extent } from '../formats/piece.ts';
import { bootFacts } from './boot.ts';
import { type OpenImage, openImage } from './open.ts';

/** Finds the kernel that an ISO or a raw disk starts by itself. Throws `FailedError` (`no-kernel`) where there is none. */
export function startedKernel(path: string): KernelInImage {
  using image = openImage(path);
  const { menu } = bootFacts(image);
  const entry = menu?.entries.find(({ title }) => title === menu.default) ?? menu?.entries[0];
  if (entry?.kernel === undefined) {
    throw new FailedError('no-kernel', `the menu of ${path} starts no kernel by itself`);
  }
  return {
    file: path,
    kernel: extentsOf(image, entry.kernel),
    initrds: entry.initrds.map((initrd) => extentsOf(image, initrd)),
    cmdline: entry.cmdline.join(' '),
  };
}

function extentsOf(image: OpenImage, path: string): readonly Extent[] {
  const entry = image.find(path);
  if (entry === undefined || (image.format !== 'raw' && image.format !== 'iso')) {
    throw new FailedError('no-kernel', `${path} cannot be taken out of ${image.path}`);
  }
  let left = entry.size;
  // The last cluster is longer than the file.
  return entry.extents.map(({ from, to }) => {
    const length = Math.min(left, to - from);
    left -= length;
    return { from, to: from + length };
  });
}
