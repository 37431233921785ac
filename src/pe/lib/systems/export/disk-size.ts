const MiB = 1024 ** 2;

/** Bytes of a disk for so many bytes of files: with ext4's own tables and journal, and a quarter to spare; whole MiB. */
export const diskSize = (used: number): number =>
  Math.ceil(Math.max(64 * MiB, used * 1.25 + 32 * MiB) / MiB) * MiB;
