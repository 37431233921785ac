import {
  leastData,
  leastDisk,
  leastSlot,
  mostSlot,
  usualData,
  usualLeastSlot,
} from '../../base/disk-sizes.ts';
import { isForIpxe } from '../../base/netboot.ts';
import { formatBytes, parseBytes } from '../../base/sizes.ts';
import { type DiskMediumKind, diskMediaKinds, mediaKinds } from '../types.ts';
import { checkRootMedia } from './root-media.ts';
import { type Facts, keyAt, type Rule, valueAt } from './rule.ts';

/** There is something to build, and disks have room for their parts. */
export const mediaRules: Rule = (facts) => {
  const offered = mediaKinds.filter((kind) => facts.raw.media[kind] !== undefined);
  if (offered.length === 0) {
    facts.problems.error('no-medium', keyAt(facts, ['media']), 'the recipe has no medium to build', {
      expected: `at least one of ${mediaKinds.join(', ')}, such as \`iso: {}\``,
    });
    return;
  }
  for (const kind of diskMediaKinds) checkDisk(facts, kind);
  checkNetboot(facts);
  checkRootMedia(facts);
};

/** What the kernel is to be told gets through iPXE. */
function checkNetboot(facts: Facts): void {
  const { media, kernel, boot } = facts.raw;
  if (media.netboot === undefined) return;
  const check = (words: readonly string[], at: readonly (string | number)[]): void => {
    for (const [index, word] of words.entries()) {
      if (isForIpxe(word)) continue;
      facts.problems.error(
        'not-for-ipxe',
        valueAt(facts, [...at, index]),
        `iPXE, which starts the medium \`netboot\`, cannot pass on \`${word}\``,
        { expected: 'a word without `${` that is no `||`, `&&`, `;` or comment, or no medium `netboot`' },
      );
    }
  };
  check(kernel.cmdline, ['kernel', 'cmdline']);
  boot.entries.forEach((entry, n) => check(entry.cmdline, ['boot', 'entries', n, 'cmdline']));
}

/** The parts of a disk have sizes that can be, and fit the whole. */
function checkDisk(facts: Facts, kind: DiskMediumKind): void {
  const medium = facts.raw.media[kind];
  if (medium === undefined) return;
  const at = ['media', kind];
  const data = checkSize(facts, [...at, 'data-size'], medium['data-size'], { least: leastData }) ?? usualData;
  const slot = checkSize(facts, [...at, 'slot-size'], medium['slot-size'], {
    least: leastSlot,
    most: mostSlot,
  });
  if (medium.size === undefined || slot === 'wrong' || data === 'wrong') return;
  const least = leastDisk(slot ?? usualLeastSlot, data);
  if ((parseBytes(medium.size) ?? 0) >= least) return;
  facts.problems.error(
    'image-too-small',
    valueAt(facts, [...at, 'size']),
    `its parts do not fit a disk of \`${medium.size}\``,
    {
      expected: `at least ${Math.ceil(least / 1024 ** 2)}MiB, or no \`size\``,
      hint: `two slots of ${formatBytes(slot ?? usualLeastSlot)}, a data file system of ${formatBytes(data)}, the boot loader`,
    },
  );
}

function checkSize(
  facts: Facts,
  path: readonly string[],
  written: string | undefined,
  { least, most = Infinity }: { readonly least: number; readonly most?: number },
): number | 'wrong' | undefined {
  if (written === undefined) return undefined;
  const bytes = parseBytes(written) ?? 0;
  if (bytes >= least && bytes <= most) return bytes;
  facts.problems.error(
    'out-of-range',
    valueAt(facts, path),
    `\`${written}\` is too ${bytes < least ? 'little' : 'much'}`,
    {
      expected: `at least ${formatBytes(least)}${most === Infinity ? '' : ` and at most ${formatBytes(most)}`}`,
    },
  );
  return 'wrong';
}
