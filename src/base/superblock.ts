import { decode } from './decode.ts';

/** What the first bytes of a disk or partition say about its file system. */
export interface Superblock {
  /** As `mount -t` wants it; `crypto_LUKS`, `LVM2_member` and `linux_raid_member` are containers. */
  readonly type:
    | 'ext4'
    | 'btrfs'
    | 'xfs'
    | 'vfat'
    | 'exfat'
    | 'ntfs3'
    | 'iso9660'
    | 'crypto_LUKS'
    | 'LVM2_member'
    | 'linux_raid_member'
    | 'swap';
  readonly label: string;
  /** As `blkid` shows it. */
  readonly uuid: string;
  /** The file system has noted mistakes in itself (ext4). */
  readonly hasErrors: boolean;
  /** What its journal holds is not in its place yet (ext4): the power failed. */
  readonly needsReplay: boolean;
  /** It counts what is filled by folders (ext4). */
  readonly projectQuota: boolean;
  /** How large it is, which may be less than what it lies on; 0: not known. */
  readonly bytes: number;
  /** Disks that it is spread over (btrfs). */
  readonly disks: number;
}

/** Bytes from the start of a device that are needed: btrfs has its superblock at 64 KiB. */
export const superblockBytes = 65_536 + 4096;

/**
 * Recognises file systems from the first `superblockBytes` of a device (fewer where it is smaller). Layouts: Linux'
 * fs/ext4/ext4.h, btrfs_tree.h, xfs_format.h, msdos_fs.h, md_p.h (versions 1.1 and 1.2), swap.h, ECMA-119, cryptsetup's LUKS2
 * specification, LVM2's label.h.
 */
export function readSuperblock(bytes: Uint8Array): Superblock | undefined {
  for (const read of readers) {
    const found = read(new Fields(bytes));
    if (found !== undefined) return { ...plain, ...found };
  }
  return undefined;
}

const plain = {
  label: '',
  uuid: '',
  hasErrors: false,
  needsReplay: false,
  projectQuota: false,
  bytes: 0,
  disks: 1,
};

type Partial = Pick<Superblock, 'type'> & { -readonly [K in keyof Superblock]?: Superblock[K] };

class Fields {
  private readonly view: DataView;
  private readonly bytes: Uint8Array;
  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }
  private has(at: number, length: number): boolean {
    return at + length <= this.bytes.length;
  }
  u16(at: number): number {
    return this.has(at, 2) ? this.view.getUint16(at, true) : 0;
  }
  u32(at: number): number {
    return this.has(at, 4) ? this.view.getUint32(at, true) : 0;
  }
  u64(at: number): number {
    return this.u32(at) + this.u32(at + 4) * 2 ** 32;
  }
  /** Up to the first NUL, without blanks at the end. */
  text(at: number, length: number): string {
    const part = [...this.bytes.subarray(at, at + length)];
    const end = part.indexOf(0);
    return decode(end < 0 ? part : part.slice(0, end)).trimEnd();
  }
  is(at: number, text: string): boolean {
    return Array.from({ length: text.length }, (_, i) => text.charCodeAt(i)).every(
      (code, i) => this.bytes[at + i] === code,
    );
  }
  uuid(at: number): string {
    const hex = this.hex(at, 16);
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
  }
  hex(at: number, length: number): string {
    return [...this.bytes.subarray(at, at + length)]
      .map((byte) => byte.toString(16).padStart(2, '0'))
      .join('');
  }
  /** FAT's serial number: `1234-ABCD`. */
  serial(at: number): string {
    const hex = this.u32(at).toString(16).toUpperCase().padStart(8, '0');
    return `${hex.slice(0, 4)}-${hex.slice(4)}`;
  }
}

const ext = 1024;
const btrfs = 65_536;
const iso = 32_768;

// Containers first: what lies in them is none of ours before they are opened.
const readers: readonly ((f: Fields) => Partial | undefined)[] = [
  (f) =>
    f.is(0, 'LUKS\u00ba\u00be')
      ? { type: 'crypto_LUKS', uuid: f.text(168, 40), label: f.hex(6, 2) === '0002' ? f.text(24, 48) : '' }
      : undefined,
  (f) => (f.is(512, 'LABELONE') && f.is(536, 'LVM2 001') ? { type: 'LVM2_member' } : undefined),
  (f) => {
    const at = [0, 4096].find((start) => f.u32(start) === 0xa92b4efc);
    return at === undefined
      ? undefined
      : { type: 'linux_raid_member', uuid: f.uuid(at + 16), label: f.text(at + 32, 32) };
  },
  (f) =>
    f.is(4086, 'SWAPSPACE2') ? { type: 'swap', uuid: f.uuid(1036), label: f.text(1052, 16) } : undefined,
  (f) =>
    f.is(btrfs + 64, '_BHRfS_M')
      ? {
          type: 'btrfs',
          uuid: f.uuid(btrfs + 32),
          label: f.text(btrfs + 299, 256),
          bytes: f.u64(btrfs + 112),
          disks: f.u32(btrfs + 136),
        }
      : undefined,
  (f) => (f.is(0, 'XFSB') ? { type: 'xfs', uuid: f.uuid(32), label: f.text(108, 12) } : undefined),
  (f) =>
    // Incompatible feature 8: a journal of another file system.
    f.u16(ext + 56) === 0xef53 && (f.u32(ext + 96) & 8) === 0
      ? {
          type: 'ext4',
          uuid: f.uuid(ext + 104),
          label: f.text(ext + 120, 16),
          hasErrors: (f.u16(ext + 58) & 2) !== 0,
          // Incompatible feature 4.
          needsReplay: (f.u32(ext + 96) & 4) !== 0,
          // The upper half counts with the incompatible feature 0x80 (64 bits).
          bytes:
            (f.u32(ext + 4) + ((f.u32(ext + 96) & 0x80) === 0 ? 0 : f.u32(ext + 336) * 2 ** 32)) *
            2 ** (10 + f.u32(ext + 24)),
          // Compatible features 0x100 (quota) and 0x2000 (project), and the file that the counts are in.
          projectQuota: (f.u32(ext + 100) & 0x2100) === 0x2100 && f.u32(ext + 620) !== 0,
        }
      : undefined,
  (f) => (f.is(3, 'EXFAT   ') ? { type: 'exfat', uuid: f.serial(100) } : undefined),
  (f) => (f.is(3, 'NTFS    ') ? { type: 'ntfs3' } : undefined),
  (f) =>
    f.u16(510) === 0xaa55 && f.is(82, 'FAT32')
      ? { type: 'vfat', uuid: f.serial(67), label: f.text(71, 11) }
      : undefined,
  (f) =>
    f.u16(510) === 0xaa55 && f.is(54, 'FAT1')
      ? { type: 'vfat', uuid: f.serial(39), label: f.text(43, 11) }
      : undefined,
  (f) => (f.is(iso + 1, 'CD001') ? { type: 'iso9660', label: f.text(iso + 40, 32) } : undefined),
];
