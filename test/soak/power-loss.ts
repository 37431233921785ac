import type { DiskRequest } from './write-log.ts';

/** A piece of a write that reached the disk: from `data` in the log to `at` on the disk, in bytes. */
export interface Fragment {
  readonly at: number;
  readonly data: number;
  readonly length: number;
}

/** What a disk writes whole or not at all, in bytes: the physical sector of today's disks. */
export const atom = 4096;

/** How much of what was not flushed is lost. The first is what killing QEMU leaves, since the host keeps what it was given. */
const losses = ['nothing', 'everything', 'some'] as const;

/**
 * What is on a disk whose power fails after the first `cut` requests: all that was flushed, and of what was written since then any
 * part, sector by sector, in whatever order the disk chose.
 */
export function survivors(
  requests: readonly DiskRequest[],
  cut: number,
  random: () => number,
): readonly Fragment[] {
  const seen = requests.slice(0, cut);
  const flushed = seen.findLastIndex(({ kind }) => kind === 'flush');
  const loss = losses[Math.floor(random() * losses.length)] ?? 'some';
  const share = loss === 'nothing' ? 1 : loss === 'everything' ? 0 : random();
  return seen.flatMap((request, index): Fragment[] => {
    if (request.kind !== 'write') return [];
    const { at, data, length } = request;
    if (index <= flushed || request.fua) return [{ at, data, length }];
    return atoms(request).filter(() => random() < share);
  });
}

/** A write in pieces that end where the disk's sectors end. */
function atoms({ at, data, length }: Fragment): Fragment[] {
  const pieces: Fragment[] = [];
  for (let done = 0; done < length; ) {
    const piece = Math.min(length - done, atom - ((at + done) % atom));
    pieces.push({ at: at + done, data: data + done, length: piece });
    done += piece;
  }
  return pieces;
}
