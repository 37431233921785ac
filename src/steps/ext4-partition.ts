import type { StepContext } from '../plan/types.ts';

/** An empty ext4 file system at a place of a disk image. */
export interface Ext4Partition {
  /** In bytes. */
  readonly offset: number;
  /** Whole blocks of 4096 bytes. */
  readonly bytes: number;
  /** At most 16 characters. */
  readonly label: string;
  readonly uuid: string;
}

const block = 4096;

/** What GRUB 2.12 and Linux from 5.15 on read and write. Named one by one: this machine's mke2fs.conf has no say. */
const features = [
  ...['has_journal', 'ext_attr', 'resize_inode', 'dir_index', 'filetype', 'extent', '64bit', 'flex_bg'],
  ...['sparse_super', 'large_file', 'huge_file', 'dir_nlink', 'extra_isize', 'metadata_csum'],
];

/** It can be grown to so many bytes while it is mounted without being laid out anew. */
const growsTo = 2 ** 40;

/** The smallest journal with blocks of this size: as much as has to be written to a stick even where nothing is in it. */
const journalMiB = 4;

/**
 * Makes the file system inside an image that is there already. One inode for 8 KiB: groups of blocks that growing adds are
 * twice as large as this one and have as many inodes.
 */
export async function writeExt4Partition(
  context: StepContext,
  image: string,
  { offset, bytes, label, uuid }: Ext4Partition,
): Promise<void> {
  const extended = [
    ...[`offset=${offset}`, `hash_seed=${uuid}`, `resize=${growsTo / block}`, 'root_owner=0:0', 'nodiscard'],
    ...['lazy_itable_init=1', 'lazy_journal_init=0'],
  ];
  const options = ['-q', '-F', '-t', 'ext4', '-O', ['none', ...features].join(',')];
  const sizes = ['-b', String(block), '-I', '256', '-i', '8192', '-m', '1', '-J', `size=${journalMiB}`];
  await context.run(
    context.tool(
      'usr/sbin/mke2fs',
      ...[...options, ...sizes, '-L', label, '-U', uuid, '-E', extended.join(',')],
      ...[image, `${bytes / 1024}k`],
    ),
    { env: { MKE2FS_CONFIG: '/nonexistent' } },
  );
}
