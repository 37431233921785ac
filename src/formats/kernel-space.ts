/** Bytes from the start of a kernel that `kernelSpace` needs to see. */
export const kernelSpaceHead = 0x264;

/**
 * Bytes of memory that an x86 kernel asks its loader for, to unpack itself in and to run, from the header of its boot protocol (Linux,
 * Documentation/arch/x86/boot.rst, field `init_size`, since protocol 2.10); `undefined` where it is no bzImage.
 */
export function kernelSpace(head: Buffer): number | undefined {
  if (head.length < kernelSpaceHead || head.toString('latin1', 0x202, 0x206) !== 'HdrS') return undefined;
  if (head.readUInt16LE(0x206) < 0x20a) return undefined;
  return head.readUInt32LE(0x260);
}
