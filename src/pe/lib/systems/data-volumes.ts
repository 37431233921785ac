import { dataLabel } from '../../../base/cmdline.ts';
import { formatBytes } from '../../../base/sizes.ts';
import type { Superblock } from '../../../base/superblock.ts';

/** One item of `diskbios.data=`. */
export type DataWish =
  | { readonly kind: 'label' | 'uuid' | 'device'; readonly value: string }
  | { readonly kind: 'none' };

export const usualLabel = dataLabel;
export const usualWish: DataWish = { kind: 'label', value: usualLabel };

/** `LABEL=…`, `UUID=…`, a device or `none`; `undefined` where it is none of these. */
export function parseWish(text: string): DataWish | undefined {
  if (text === 'none') return { kind: 'none' };
  const match = /^(LABEL|UUID)=(.+)$/.exec(text);
  if (match !== null) return { kind: match[1] === 'LABEL' ? 'label' : 'uuid', value: match[2] ?? '' };
  return /^\/dev\/[\w/-]+$/.test(text) ? { kind: 'device', value: text } : undefined;
}

export function wishText(wish: DataWish): string {
  if (wish.kind === 'none') return 'none';
  return wish.kind === 'device' ? wish.value : `${wish.kind.toUpperCase()}=${wish.value}`;
}

/** A disk or partition that could be a data volume: nothing else uses it. */
export interface Candidate {
  /** `/dev/vda1`. */
  readonly device: string;
  readonly superblock: Superblock;
  /** The device itself refuses writing. */
  readonly writeProtected: boolean;
}

export type Choice =
  | { readonly kind: 'found'; readonly candidate: Candidate }
  | { readonly kind: 'absent' }
  | { readonly kind: 'refused'; readonly problem: string };

const fits = (wish: DataWish, { device, superblock }: Candidate): boolean => {
  switch (wish.kind) {
    case 'none':
      return false;
    case 'label':
      return superblock.label === wish.value;
    case 'uuid':
      return superblock.uuid.toLowerCase() === wish.value.toLowerCase();
    case 'device':
      return device === wish.value;
  }
};

/** The one volume that a wish names. Where several could be meant none is taken. */
export function choose(wish: DataWish, candidates: readonly Candidate[]): Choice {
  const found = candidates.filter((candidate) => fits(wish, candidate));
  const [first] = found;
  if (first === undefined) return { kind: 'absent' };
  const { superblock, device } = first;
  if (found.length > 1) {
    const which = found.map((one) => `${one.device} (UUID=${one.superblock.uuid})`).join(', ');
    const ids = new Set(found.map((one) => one.superblock.uuid));
    const what =
      superblock.type === 'btrfs' && ids.size === 1
        ? 'it is a btrfs on several disks, which is not supported; use one disk'
        : ids.size === found.length
          ? `detach all but one, or name one on the kernel command line: diskbios.data=UUID=${superblock.uuid}`
          : 'one is a copy of the other: detach one, or name one on the kernel command line: ' +
            `diskbios.data=${device}`;
    return {
      kind: 'refused',
      problem: `${wishText(wish)} is on ${found.length} disks, ${which}: none of them is used; ${what}`,
    };
  }
  const problem = unusable(first);
  return problem === undefined ? { kind: 'found', candidate: first } : { kind: 'refused', problem };
}

/** Why a volume cannot hold systems, with what to do. */
function unusable({ device, superblock }: Candidate): string | undefined {
  const what = `the data volume ${device}`;
  switch (superblock.type) {
    case 'ext4':
    case 'xfs':
      return undefined;
    case 'btrfs':
      return superblock.disks > 1
        ? `${what} is a btrfs on ${superblock.disks} disks, which is not supported; use one disk`
        : undefined;
    case 'crypto_LUKS':
      return `${what} is encrypted and locked: systemx unlock`;
    case 'vfat':
    case 'exfat':
    case 'ntfs3':
    case 'iso9660':
    case 'LVM2_member':
    case 'linux_raid_member':
    case 'swap':
      return `${what} is ${superblock.type}, which cannot keep systems; ext4, btrfs and xfs can: systemx setup-disk`;
  }
}

/** Bytes of a mounted file system; `free`: for everybody, without what is kept back for root. */
export interface Space {
  readonly size: number;
  readonly free: number;
}

/** From what `df -Pk FOLDER` prints; `undefined` where that is nothing of the kind. */
export function spaceIn(printed: string): Space | undefined {
  const [, size, , free] = printed.trim().split('\n').at(-1)?.split(/\s+/) ?? [];
  return /^\d+$/.test(size ?? '') && /^\d+$/.test(free ?? '')
    ? { size: Number(size) * 1024, free: Number(free) * 1024 }
    : undefined;
}

/** Whether a line is about a volume that was full when it was written. */
export const isFullProblem = (problem: string): boolean => /^the data volume \S+ is full: /.test(problem);

/** What is wrong with a volume on which next to nothing can be written any more, with what to do. */
export function fullProblem(device: string, { size, free }: Space): string | undefined {
  if (free >= Math.max(1024 ** 2, Math.min(16 * 1024 ** 2, size / 200))) return undefined;
  return `the data volume ${device} is full: ${formatBytes(free)} of ${formatBytes(size)} are free; systemx list --disk tells what systems take`;
}

/** How a broken file system is to be repaired, for a person. */
export function repairCommand(type: string, device: string): string {
  switch (type) {
    case 'xfs':
      return `xfs_repair ${device}`;
    case 'btrfs':
      return `btrfs check ${device}`;
    default:
      return `fsck.ext4 -f ${device}`;
  }
}

/** What the kernel said about a device, from its log; the last of it, for one line. */
export function kernelReason(log: string, device: string): string | undefined {
  const name = device.replace(/^\/dev\//, '');
  const lines = log
    .split('\n')
    .map((line) => line.replace(/^(<\d+>)?(\[[^\]]*\]\s*)?/, ''))
    .filter((line) => line.includes(`${name})`) || line.includes(` ${name}:`) || line.includes(`${name},`))
    .filter((line) => /error|fail|can't|cannot|invalid|corrupt|bad|unsupported|couldn't|not /i.test(line));
  return lines
    .at(-1)
    ?.replace(/^\S+ \([^)]*\): /, '')
    .trim();
}

/** Whether a SATA port has not said yet, in the kernel's log, if anything hangs on it, or a disk on it has not come up. */
export function sataPending(log: string): boolean {
  const numbers = (pattern: RegExp): Set<string> =>
    new Set([...log.matchAll(pattern)].map((match) => match[1] ?? ''));
  const decided = numbers(/\bata(\d+): (?:SATA link|link is slow|DUMMY|reset failed, giving up)/g);
  const disks = [...log.matchAll(/\bata\d+\.\d+: ATA-\d/g)].length;
  const shown = [...log.matchAll(/\bsd \d+:\d+:\d+:\d+: \[sd\w+\] Attached/g)].length;
  return [...numbers(/\bata(\d+): SATA max/g)].some((port) => !decided.has(port)) || disks > shown;
}
