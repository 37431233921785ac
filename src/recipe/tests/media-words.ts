import { type ImageAttachment, imageAttachments } from '../../base/machine.ts';
import type { TestMedium } from '../test-types.ts';
import { type BootMediumKind, bootMediaKinds } from '../types.ts';

/** How a medium is attached where a test does not say. */
const usualAttachment: Readonly<Record<BootMediumKind, ImageAttachment>> = {
  iso: 'cd',
  uki: 'usb',
  usb: 'usb',
  qcow2: 'virtio',
  vmdk: 'ahci',
  vdi: 'ahci',
  vhd: 'ahci',
  vhdx: 'ahci',
  ova: 'ahci',
  netboot: 'network',
};

/** Media whose files lie as they are in the image, so that they can be started without a boot loader. */
const plain: readonly BootMediumKind[] = ['iso', 'usb'];

/** Only an ISO can be a CD, and what the network serves is nothing else. */
function attachmentsOf(kind: BootMediumKind): ImageAttachment[] {
  return imageAttachments.filter((as) => {
    if (as === 'network' || kind === 'netboot') return false;
    return as === 'kernel' ? plain.includes(kind) : kind === 'iso' || as !== 'cd';
  });
}

/** `iso` and `iso-as-cd` are one value. */
const byWord: ReadonlyMap<string, TestMedium> = new Map(
  bootMediaKinds.flatMap((kind): [string, TestMedium][] => {
    if (kind === 'netboot') return [[kind, { kind, as: usualAttachment[kind] }]];
    const ways = attachmentsOf(kind).map((as): [string, TestMedium] => [`${kind}-as-${as}`, { kind, as }]);
    const usual = ways.filter(([, { as }]) => as === usualAttachment[kind]);
    return [...usual.map(([, medium]): [string, TestMedium] => [kind, medium]), ...ways];
  }),
);

/** What `matrix.medium` may say: each medium by its name, and with `-as-` and every way to attach it. */
export const mediumWords: readonly string[] = [...byWord.keys()];

/** `iso` → an ISO as CD, `iso-as-usb` → the same file on a stick; throws for anything that is not in `mediumWords`. */
export function parseMediumWord(word: string): TestMedium {
  const medium = byWord.get(word);
  if (medium === undefined) throw new Error(`${word} is no medium`);
  return medium;
}

/** A medium as machines usually have it: an ISO as CD. */
export function usualMedium(kind: BootMediumKind): TestMedium {
  return parseMediumWord(kind);
}

/** The shortest word for it: `iso`, not `iso-as-cd`. */
export function mediumWord({ kind, as }: TestMedium): string {
  return as === usualAttachment[kind] ? kind : `${kind}-as-${as}`;
}
