import { formatDuration } from '../base/sizes.ts';

/** Follows what kbuild prints, and tells how far the build is. */
export interface BuildProgress {
  /** A line of its standard output. */
  readonly take: (line: string) => void;
}

/** Milliseconds between two lines for a person. */
const tick = 1000;
/** Below this share of the work an estimate would only be a guess. */
const leastShare = 0.04;

/**
 * Counts objects. The build itself says first how many are to be made (`objects: 512`); the time that is left is what those
 * that were made took, and so without linking and packing at the end.
 */
export function buildProgress(now: () => number, say: (text: string) => void): BuildProgress {
  let total: number | undefined;
  let done = 0;
  let begun = now();
  let told = -Infinity;
  const tell = (): void => {
    told = now();
    const spent = now() - begun;
    const share = total === undefined || total === 0 ? 0 : Math.min(1, done / total);
    const count = total === undefined ? `${done} objects` : `${Math.min(done, total)} of ${total} objects`;
    const left =
      share >= leastShare && share < 1 ? `, about ${formatDuration((spent / share) * (1 - share))} left` : '';
    say(`${count}, ${formatDuration(spent)}${left}`);
  };
  return {
    take(line) {
      const counted = /^objects: (\d+)$/.exec(line)?.[1];
      if (counted !== undefined) {
        total = Number(counted);
        done = 0;
        begun = now();
        return;
      }
      if (/^ {2}(CC|AS)( \[M\])? /.test(line)) done += 1;
      const last =
        /^ {2}(LD {6}vmlinux|BUILD {3}arch\/x86\/boot\/bzImage|ZSTD.*vmlinux|LZ4.*vmlinux|XZKERN.*vmlinux|GZIP.*vmlinux|LD {6}vmlinux\.o)/.exec(
          line,
        )?.[0];
      if (last !== undefined) say(`${last.trim().replace(/\s+/g, ' ')}, ${formatDuration(now() - begun)}`);
      else if (now() - told >= tick) tell();
    },
  };
}
